package import PipelineModel
package import PluginKit

/// Shows a pipeline's stages as statuses of a commit. The forge keeps every report and shows the newest of a context.
package struct GiteaStatuses: CommitStatusReporter {
    package let provider: String

    package init(_ dialect: GiteaDialect) { provider = dialect.rawValue }

    package func report(
        _ status: CommitStatus, mayBeThere: Bool, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) {
        guard let commit = CommitID(status.commit)?.text else {
            throw FailureDetails(.configurationError, "'\(status.commit.prefix(100))' is no commit id")
        }
        let api = try await GiteaAPI(connection, host: host).api
        let path = try GiteaAPI.repository(status.repository) + "/statuses/\(commit)"
        if mayBeThere, try await Self.shows(status, at: path, api) { return }
        var wish: [String: SettingValue] = [
            "state": .string(Self.state(status.state)), "context": .string(status.context),
            "description": .string(status.description),
        ]
        wish["target_url"] = status.url.map(SettingValue.string)
        let answer = try await api.call("POST", path, json: .map(wish))
        guard answer.status != 404 else {
            throw FailureDetails(
                .revisionUnavailable,
                "\(answer.call): the repository or its commit is not there, or not to be seen (404)")
        }
        _ = try answer.expect([200, 201])
    }

    /// Gitea has no word of its own for what was cancelled, and only its newest versions one for what was skipped: that
    /// holds nothing up.
    private static func state(_ state: CommitStatus.State) -> String {
        switch state {
        case .pending, .running: "pending"
        case .succeeded, .skipped: "success"
        case .failed: "failure"
        case .cancelled: "error"
        }
    }

    private struct Shown: Decodable {
        let id: Int?
        let status: String?
        let context: String?
        let description: String?
        let targetURL: String?

        private enum CodingKeys: String, CodingKey {
            case id, status, context, description
            case targetURL = "target_url"
        }
    }

    /// Whether the newest status of this context is this one. Newest first; the first pages are enough: what is looked
    /// for was written moments ago.
    private static func shows(
        _ status: CommitStatus, at path: String, _ api: HostAPI
    ) async throws(FailureDetails) -> Bool {
        for page in 1...4 {
            let query = [("sort", "highestindex"), ("page", "\(page)"), ("limit", "50")]
            let answer = try await api.call("GET", path, query: query)
            if answer.status == 404 { return false }
            let statuses = try answer.expect([200]).decode([Shown].self)
            if let newest = statuses.first(where: { $0.context == status.context }) {
                return newest.status == state(status.state) && newest.description == status.description
                    && (newest.targetURL ?? "") == (status.url ?? "")
            }
            if statuses.isEmpty { return false }
        }
        return false
    }
}
