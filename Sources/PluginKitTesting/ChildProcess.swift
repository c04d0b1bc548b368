package import Foundation

/// A child started with `posix_spawn`, for tests that run many at once: Foundation's `Process` on Linux waits for
/// descriptors that its siblings inherit, and so for the siblings.
package struct ChildProcess: Sendable {
    package struct Failure: Error { package let code: Int32 }

    package let id: pid_t

    package init(_ arguments: [String], environment: [String: String]) throws {
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, arguments[0], nil, nil, &argv, &envp)
        guard code == 0 else { throw Failure(code: code) }
        self.id = id
    }

    /// The exit code, or 128 and the signal's number.
    @discardableResult
    package func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(id, &status, 0) == -1, errno == EINTR {}
        return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
    }

    package func stop() {
        kill(id, SIGKILL)
        wait()
    }
}
