import Foundation
package import PipelineModel
package import PluginKit

/// Says where the branches and tags of any repository point, by `git ls-remote`: for every host whose module has no
/// reader of its own.
package struct GitRefReader: RefReader {
    package let provider = "Git"
    /// A million refs or so; a server that sends more is no Git server.
    private static let largestAnswer = 128 << 20

    package init() {}

    package func refs(
        of repository: String, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> [String: String] {
        try await host.showingCredential(for: connection) { credential throws(FailureDetails) in
            let remote = try GitRemote(
                connection, repository: repository, credential: credential, key: "repository")
            do {
                return try await look(remote, host)
            } catch let failure as FailureDetails {
                throw failure
            } catch {
                throw FailureDetails(.systemUnavailable, "looking at '\(remote.repository)' failed: \(error)")
            }
        }
    }

    /// In a folder of its own, which is gone afterwards.
    private func look(_ remote: GitRemote, _ host: any PluginHost) async throws -> [String: String] {
        let folder = try host.stateFolder(for: "Git")
            .appending(path: "look-\(UUID().uuidString.lowercased())", directoryHint: .isDirectory)
        let environment = GitEnvironment(
            folder: folder, workTree: folder, remote: remote,
            owner: try LeftoverProcesses.owner(of: ConnectionSourceAction.typeID, on: host))
        try FileManager.default.createDirectory(at: environment.home, withIntermediateDirectories: true)
        // What can't be removed is an empty folder; it is not worth a failed look.
        defer { try? FileManager.default.removeItem(at: folder) }
        let git = GitProcess(environment: environment, log: SilentLog())
        var ending = GitProcess.Ending(succeeded: false, complaint: "")
        for url in remote.candidates {
            var output = Data()
            ending = try await git.run(["ls-remote", "--heads", "--tags", "--", url], speaksToRemote: true) { bytes in
                guard output.count + bytes.count <= Self.largestAnswer else {
                    throw FailureDetails(.systemUnavailable, "'\(remote.repository)' has too many refs to be read")
                }
                output.append(contentsOf: bytes)
            }
            if ending.succeeded { return Self.refs(in: output) }
            guard GitComplaint(ending.complaint) == .noRepository else { break }
        }
        throw GitComplaint(ending.complaint)
            .failure(fetching: nil, branch: nil, from: remote, words: ending.complaint)
    }

    /// An annotated tag comes twice: itself, and as `TAG^{}` the commit that it comes to, which wins.
    static func refs(in output: Data) -> [String: String] {
        var refs: [String: String] = [:]
        var peeled: [String: String] = [:]
        for line in output.split(separator: UInt8(ascii: "\n")) {
            let parts = line.split(separator: UInt8(ascii: "\t"), maxSplits: 1)
            guard parts.count == 2, let commit = CommitID(String(decoding: parts[0], as: UTF8.self))?.unlessZero,
                let name = String(validating: parts[1], as: UTF8.self)
            else { continue }
            if name.hasSuffix("^{}") {
                peeled[String(name.dropLast(3))] = commit.text
            } else {
                refs[name] = commit.text
            }
        }
        return refs.merging(peeled) { $1 }
    }
}
