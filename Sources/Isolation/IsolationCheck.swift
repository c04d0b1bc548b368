package import Foundation
import Glibc
import Synchronization

/// Whether programs can be kept apart on this machine.
package enum IsolationStatus: Sendable, Equatable {
    /// bubblewrap works here.
    case works
    /// `isolation: none`: they run as any other program of this user.
    case switchedOff
    /// They are refused. The text says why, and what to do.
    case broken(String)
}

/// Runs bubblewrap once with the options that are asked for. Success is remembered; a failure is looked at again, so
/// that installing the package helps without a restart.
package final class IsolationCheck: Sendable {
    private let works = Mutex(false)
    private let hasNetwork: Bool
    private let executable: @Sendable () -> String?
    package let remedy: String

    /// - Parameters:
    ///   - setting: the place of the setting that switches isolation off.
    ///   - subject: what would run without isolation then, e.g. `builds`.
    ///   - executable: where bubblewrap is, looked for anew at each look.
    package init(
        setting: String, subject: String, hasNetwork: Bool = true,
        executable: @escaping @Sendable () -> String? = { Sandbox.executable }
    ) {
        self.hasNetwork = hasNetwork
        self.executable = executable
        remedy = """
            install the package 'bubblewrap' and allow unprivileged user namespaces, or set \(setting): none to run \
            \(subject) without isolation
            """
    }

    package func status(_ isolation: IsolationMode, in folder: URL) async -> IsolationStatus {
        if isolation == .none { return .switchedOff }
        if works.withLock({ $0 }) { return .works }
        return await OwnThread.run { self.statusNow(isolation, in: folder) }
    }

    /// The same, on a thread that may block.
    ///
    /// - Parameter folder: where a small folder may be made for the moment.
    package func statusNow(_ isolation: IsolationMode, in folder: URL) -> IsolationStatus {
        if isolation == .none { return .switchedOff }
        if works.withLock({ $0 }) { return .works }
        let status = attempt(in: folder)
        if status == .works { works.withLock { $0 = true } }
        return status
    }

    private func attempt(in folder: URL) -> IsolationStatus {
        guard let executable = executable() else {
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
            var sandbox = Sandbox(executable: executable, writable: [real], temporary: real + "/tmp")
            sandbox.hasNetwork = hasNetwork
            return try run(sandbox.command(running: ["/bin/sh", "-c", "echo isolated; exec 8>&-"]))
        } catch {
            return .broken("bubblewrap could not be tried (\(error)): \(remedy)")
        }
    }

    private func run(_ command: [String]) throws(SystemCallError) -> IsolationStatus {
        let output = try PipeEnds.open()
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
