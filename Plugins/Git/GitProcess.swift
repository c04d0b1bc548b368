import Foundation
import PipelineModel
import PluginKit
import Subprocess
import SystemPackage

/// Runs git commands, each in a session of its own.
///
/// Cancelling the task kills the whole process group at once, git's helpers (`git-remote-https`) included. What git
/// says goes to the action's log, without the credential.
struct GitProcess: Sendable {
    struct Ending: Sendable {
        let succeeded: Bool
        /// The last lines of what git said, without what the remote made it say.
        let complaint: String
    }

    let environment: GitEnvironment
    let log: any ActionLog

    /// Runs `git ARGUMENTS…`.
    ///
    /// - Parameters:
    ///   - speaksToRemote: whether the credential is lent to it.
    ///   - consume: gets the standard output in pieces; throwing from it ends git.
    /// - Throws: `FailureDetails` when git isn't installed, `CancellationError`, and what `consume` throws.
    func run(
        _ arguments: [String], speaksToRemote: Bool = false, consume: (UnsafeRawBufferPointer) throws -> Void = { _ in }
    ) async throws -> Ending {
        try await run(.name("git"), arguments, speaksToRemote: speaksToRemote, consume: consume)
    }

    /// Writes the index's files into the work tree. The shell is there for its `umask`: files get the modes that the
    /// commit gives them, whatever the gateway's own mask is. Nothing of the declaration is in its text.
    func checkOutIndex() async throws -> Ending {
        let script = "umask 022 && exec git checkout-index --all --force"
        return try await run(.path("/bin/sh"), ["-c", script], speaksToRemote: false) { _ in }
    }

    private func run(
        _ executable: Executable, _ arguments: [String], speaksToRemote: Bool,
        consume: (UnsafeRawBufferPointer) throws -> Void
    ) async throws -> Ending {
        try Task.checkCancellation()
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [.send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(1))]
        let variables = environment.variables(withCredential: speaksToRemote)
        if speaksToRemote { try environment.prepareRemote() }
        do {
            let result = try await Subprocess.run(
                executable, arguments: Arguments(arguments),
                environment: .custom(
                    variables.reduce(into: [:]) { $0[Environment.Key(stringLiteral: $1.key)] = $1.value }),
                workingDirectory: FilePath(environment.folder.path(percentEncoded: false)), platformOptions: options,
                input: .none, output: .sequence, error: .sequence
            ) { execution in
                let errors = execution.standardError
                async let complaint = transcribe(errors)
                for try await chunk in execution.standardOutput { try chunk.withUnsafeBytes(consume) }
                return try await complaint
            }
            try Task.checkCancellation()
            return Ending(succeeded: result.terminationStatus.isSuccess, complaint: result.closureResult)
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            throw Self.failure(error)
        }
    }

    /// Writes each line to the log and keeps the last ones.
    private func transcribe(_ errors: SubprocessOutputSequence) async throws -> String {
        var kept: [String] = []
        var line: [UInt8] = []
        func end() {
            let text = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            line.removeAll(keepingCapacity: true)
            guard !text.isEmpty else { return }
            log.line(text)
            // A server can send any text as progress: it must not pass for git's own words.
            if !text.hasPrefix("remote: ") { kept = kept.suffix(19) + [text] }
        }
        for try await chunk in errors {
            chunk.withUnsafeBytes { bytes in
                for byte in bytes {
                    if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                        end()
                    } else if line.count < 2000 {
                        line.append(byte)
                    }
                }
            }
        }
        end()
        return kept.joined(separator: "\n")
    }

    private static func failure(_ error: SubprocessError) -> FailureDetails {
        if error.code == .executableNotFound {
            return FailureDetails(
                .configurationError, "git is not installed on the gateway's machine (Debian: apt-get install git)")
        }
        return FailureDetails(.systemUnavailable, "git could not be run: \(error)")
    }
}
