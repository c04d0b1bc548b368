import Foundation
package import PipelineModel
package import PluginKit

/// Tells by `git` which paths a change touched: works with any Git host, has no cap, and needs no API token.
///
/// Fetches two commits without files' contents into a scratch folder of its own and compares their trees; for a pull
/// request, first the history without trees, to find where it left its target branch. Whatever the remote says may
/// change until tomorrow, but a commit that is gone stays gone.
package struct GitSourceHost: SourceHost {
    package let provider: String
    /// Seconds for one question.
    static let timeLimit = 600

    package init(provider: String) { self.provider = provider }

    package func changedPaths(
        _ change: ChangedPathsQuery, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> [String] {
        try await host.showingCredential(for: connection) { credential throws(FailureDetails) in
            let remote = try GitRemote(
                connection, repository: change.repository, credential: credential,
                key: "the repository")
            do {
                let scratch = try Self.folder(on: host)
                    .appending(path: UUID().uuidString.lowercased(), directoryHint: .isDirectory)
                try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
                let found = await Self.result { try await Self.paths(change, remote, in: scratch, host) }
                try FileManager.default.removeItem(at: scratch)
                return try found.get()
            } catch let failure as FailureDetails {
                throw failure
            } catch is CancellationError {
                throw FailureDetails(.systemUnavailable, "looking for the changed paths was stopped")
            } catch {
                throw FailureDetails(.systemUnavailable, "looking for the changed paths failed: \(error)")
            }
        }
    }

    private static func result(_ work: () async throws -> [String]) async -> Result<[String], any Error> {
        do { return .success(try await work()) } catch { return .failure(error) }
    }

    private static func paths(
        _ change: ChangedPathsQuery, _ remote: GitRemote, in scratch: URL, _ host: any PluginHost
    ) async throws -> [String] {
        let owner = try owner(on: host)
        return try await withThrowingTaskGroup(of: [String].self) { group in
            group.addTask { try await GitComparison(remote: remote, scratch: scratch, owner: owner).paths(of: change) }
            group.addTask {
                try await Task.sleep(for: .seconds(Self.timeLimit))
                throw FailureDetails(
                    .systemUnavailable,
                    "'\(remote.repository)' did not give its commits within \(Self.timeLimit / 60) minutes")
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }

    // MARK: What a killed gateway leaves

    private static func folder(on host: any PluginHost) throws -> URL {
        try host.stateFolder(for: "Git").appending(path: "changed-paths", directoryHint: .isDirectory)
    }

    private static func owner(on host: any PluginHost) throws -> String {
        try host.stateFolder(for: "Git").path(percentEncoded: false) + "#changed-paths"
    }

    /// Ends and removes it. A question that is being answered meanwhile fails, and is asked again.
    static func cleanUp(on host: any PluginHost) async {
        guard let owner = try? owner(on: host), let folder = try? folder(on: host) else { return }
        await LeftoverProcesses.end(owner: owner)
        try? FileManager.default.removeItem(at: folder)
    }
}
