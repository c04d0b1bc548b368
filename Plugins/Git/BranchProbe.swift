import Foundation
package import PipelineModel
package import PluginKit

/// Tells where a branch points with `git ls-remote`, for the polling of version 1's source action. Pushes to what is
/// behind a connection come as deliveries instead (spec: triggers-and-webhooks A2).
package struct BranchProbe: RevisionProbe {
    package let types = [ActionTypeID(category: .source, owner: .thirdParty, provider: "GitHub")]
    package let revisionType = SourceRevisionOverride.Kind.commitID
    private let v1Connection: String

    /// - Parameter v1Connection: the connection whose base URL version 1's actions use, if it is declared.
    package init(v1Connection: String) { self.v1Connection = v1Connection }

    package func newestRevision(
        _ type: ActionTypeID, configuration: [String: String], host: any PluginHost
    ) async throws(FailureDetails) -> String? {
        let (remote, branch) = try source(configuration, host)
        do {
            return try await look(remote, branch, type, host)?.text
        } catch let failure as FailureDetails {
            throw failure
        } catch {
            throw FailureDetails(.systemUnavailable, "looking at '\(remote.repository)' failed: \(error)")
        }
    }

    /// In a folder of its own, which is gone afterwards.
    private func look(
        _ remote: GitRemote, _ branch: BranchName, _ type: ActionTypeID, _ host: any PluginHost
    ) async throws -> CommitID? {
        let folder = try host.stateFolder(for: "Git")
            .appending(path: "look-\(UUID().uuidString.lowercased())", directoryHint: .isDirectory)
        let environment = GitEnvironment(
            folder: folder, workTree: folder, remote: remote, owner: try LeftoverProcesses.owner(of: type, on: host))
        try FileManager.default.createDirectory(at: environment.home, withIntermediateDirectories: true)
        // What can't be removed is an empty folder; the next start's removal of leftovers is not worth a failed look.
        defer { try? FileManager.default.removeItem(at: folder) }
        let git = GitProcess(environment: environment, log: SilentLog())
        var ending = GitProcess.Ending(succeeded: false, complaint: "")
        for url in remote.candidates {
            var output = Data()
            ending = try await git.run(["ls-remote", "--", url, branch.ref], speaksToRemote: true) { bytes in
                // The pattern selects one ref; a server that sends a flood is no Git server.
                if output.count < 1 << 20 { output.append(contentsOf: bytes) }
            }
            if ending.succeeded { return Self.commit(of: branch, in: output) }
            guard GitComplaint(ending.complaint) == .noRepository else { break }
        }
        throw GitComplaint(ending.complaint)
            .failure(fetching: nil, branch: branch, from: remote, words: ending.complaint)
    }

    /// `nil` when there is no such branch (yet).
    private static func commit(of branch: BranchName, in output: Data) -> CommitID? {
        for line in String(decoding: output, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: "\t", maxSplits: 1)
            if parts.count == 2, parts[1] == branch.ref { return CommitID(String(parts[0]))?.unlessZero }
        }
        return nil
    }

    private func source(
        _ configuration: [String: String], _ host: any PluginHost
    ) throws(FailureDetails) -> (GitRemote, BranchName) {
        func required(_ key: String) throws(FailureDetails) -> String {
            guard let value = configuration[key], !value.isEmpty else {
                throw FailureDetails(.configurationError, "the source needs the configuration key '\(key)'")
            }
            return value
        }
        let connection = host.connections.connection(named: v1Connection)
        let token = Credential(user: "x-access-token", secret: try required("OAuthToken"))
        let remote = try GitRemote(
            provider: connection?.provider ?? "GitHub", base: connection?.url ?? "https://github.com",
            repository: "\(try required("Owner"))/\(try required("Repo"))", credential: token, key: "Owner/Repo")
        return (remote, try BranchName(required("Branch"), key: "Branch"))
    }
}
