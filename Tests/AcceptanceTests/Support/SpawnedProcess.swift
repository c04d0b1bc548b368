import Foundation
import Synchronization

/// A long-lived child with its output in files, started with `posix_spawn`.
///
/// Foundation's `Process` keeps descriptors of every child that it has started, and trips over their number when
/// hundreds come and go.
final class SpawnedProcess: Sendable {
    let id: pid_t
    private let status = Mutex<Int32?>(nil)

    /// - Parameters:
    ///   - output: gets standard output, from its beginning.
    ///   - errors: gets standard error, at its end.
    init(_ arguments: [String], environment: [String: String], output: URL, errors: URL) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output.path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors.path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        // A pipe of another test that this child held open would never end for its reader.
        for descriptor in 3..<Int32(1024) where fcntl(descriptor, F_GETFD) >= 0 {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, arguments[0], &actions, nil, &argv, &envp)
        guard code == 0 else { throw Missing("\(arguments[0]) can't be started: \(String(cString: strerror(code)))") }
        self.id = id
    }

    /// The exit code, or the signal's number; `nil` while it runs.
    var terminationStatus: Int32? {
        status.withLock { status in
            if let status { return status }
            var raw: Int32 = 0
            guard waitpid(id, &raw, WNOHANG) == id else { return nil }
            status = raw & 0x7f == 0 ? raw >> 8 & 0xff : raw & 0x7f
            return status
        }
    }

    var isRunning: Bool { terminationStatus == nil }

    func signal(_ signal: Int32) {
        // Once it was waited for, its id may be somebody else's.
        if isRunning { kill(id, signal) }
    }
}
