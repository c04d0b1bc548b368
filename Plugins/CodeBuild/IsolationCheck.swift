import Foundation
import Glibc
import Synchronization

/// Whether builds can be kept apart on this machine.
package enum IsolationStatus: Sendable, Equatable {
    /// bubblewrap works here.
    case works
    /// `isolation: none`: builds run as any other program of this user.
    case switchedOff
    /// Builds are refused. The text says why, and what to do.
    case broken(String)
}

/// Runs bubblewrap once with the options of a build. Success is remembered; a failure is looked at again, so that
/// installing the package helps without a restart.
final class IsolationCheck: Sendable {
    private let works = Mutex(false)

    func status(_ isolation: CodeBuildSettings.Isolation, in folder: URL) async -> IsolationStatus {
        if isolation == .none { return .switchedOff }
        if works.withLock({ $0 }) { return .works }
        let status = await OwnThread.run { Self.attempt(in: folder) }
        if status == .works { works.withLock { $0 = true } }
        return status
    }

    static let remedy = """
        install the package 'bubblewrap' and allow unprivileged user namespaces, or set \
        modules.CodeBuild.isolation: none to run builds without isolation
        """

    private static func attempt(in folder: URL) -> IsolationStatus {
        guard let executable = Sandbox.executable else {
            return .broken("bubblewrap (bwrap) is not installed: \(remedy)")
        }
        let workspace = folder.appending(path: "isolation-check-\(UUID().uuidString)", directoryHint: .isDirectory)
        let temporary = workspace.appending(path: "tmp", directoryHint: .isDirectory)
        defer { try? FileManager.default.removeItem(at: workspace) }
        do {
            try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
            guard let real = Sandbox.realFolder(workspace.path) else {
                throw SystemCallError("making a folder", ENOENT)
            }
            let sandbox = Sandbox(
                executable: executable, writable: [real], temporary: real + "/tmp", readOnly: [], hidden: [])
            return try run(sandbox.command(running: ["/bin/sh", "-c", "echo isolated; exec 8>&-"]))
        } catch {
            return .broken("bubblewrap could not be tried (\(error)): \(remedy)")
        }
    }

    private static func run(_ command: [String]) throws(SystemCallError) -> IsolationStatus {
        let output = try Pipe.open()
        defer { close(output.readEnd) }
        let started = Result { () throws(SystemCallError) in
            try ChildProcess.start(
                command, environment: ["PATH": "/usr/bin:/bin"],
                descriptors: [1: output.writeEnd, 2: output.writeEnd])
        }
        close(output.writeEnd)
        let pid = try started.get()
        var said: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = read(output.readEnd, &buffer, buffer.count), count > 0 { said += buffer[..<count] }
        let status = ChildProcess.wait(for: pid)
        let text = String(decoding: said.prefix(500), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        if status == 0, text == "isolated" { return .works }
        return .broken("bubblewrap does not work here (status \(status): \(text)): \(remedy)")
    }
}

/// Work that blocks, on a thread that lives as long as the work: what it starts may be bound to its life.
enum OwnThread {
    static func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            let thread = Thread { continuation.resume(returning: work()) }
            thread.name = "build"
            thread.stackSize = 4 << 20
            thread.start()
        }
    }
}
