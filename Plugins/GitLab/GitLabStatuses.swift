import Foundation
package import PipelineModel
package import PluginKit

/// Shows a pipeline's stages as statuses of a commit.
///
/// GitLab keeps one status of a name open at a time and refuses to put it into the state that it is in; but an ended
/// one that is sent again would appear a second time, so a report that may be there is looked for first.
package struct GitLabStatuses: CommitStatusReporter {
    package init() {}

    package var provider: String { "GitLab" }
    /// What GitLab takes of names and descriptions, in characters.
    private static let longest = 255

    package func report(
        _ status: CommitStatus, mayBeThere: Bool, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) {
        guard let commit = CommitID(status.commit)?.text else {
            throw FailureDetails(.configurationError, "'\(status.commit.prefix(100))' is no commit id")
        }
        let api = try await GitLabAPI(connection, host: host).api
        let project = GitLabAPI.project(status.repository)
        let state = Self.state(status.state)
        if mayBeThere, try await Self.shows(status, state, at: "\(project)/repository/commits/\(commit)", api) {
            return
        }
        let path = "\(project)/statuses/\(commit)"
        var answer = try await api.call("POST", path, json: Self.wish(status, state))
        if state == "skipped", answer.status == 400, !Self.isThere(answer) {
            // Older servers don't know the word.
            answer = try await api.call("POST", path, json: Self.wish(status, "canceled"))
        }
        try Self.check(answer)
    }

    private static func check(_ answer: HostAPI.Answer) throws(FailureDetails) {
        switch answer.status {
        case 400 where isThere(answer): return
        case 404:
            throw FailureDetails(
                .revisionUnavailable, "\(answer.call): the project or its commit is not there, or not to be seen (404)")
        case 409:
            throw FailureDetails(
                .systemUnavailable, "\(answer.call): another update of this commit's statuses is under way (409)")
        default: _ = try answer.expect([200, 201])
        }
    }

    /// The status is in that state already, or further.
    private static func isThere(_ answer: HostAPI.Answer) -> Bool {
        String(decoding: answer.body.prefix(2000), as: UTF8.self).contains("Cannot transition status")
    }

    private static func state(_ state: CommitStatus.State) -> String {
        switch state {
        case .pending: "pending"
        case .running: "running"
        case .succeeded: "success"
        case .failed: "failed"
        case .cancelled: "canceled"
        case .skipped: "skipped"
        }
    }

    private static func wish(_ status: CommitStatus, _ state: String) -> SettingValue {
        var members: [String: SettingValue] = [
            "state": .string(state), "name": .string(name(status)), "description": .string(text(status)),
        ]
        members["target_url"] = url(status).map(SettingValue.string)
        // Without it GitLab takes the first branch that holds the commit.
        members["ref"] = status.branch.flatMap { $0.count <= longest ? .string($0) : nil }
        return .map(members)
    }

    private static func name(_ status: CommitStatus) -> String { String(status.context.prefix(longest)) }
    private static func text(_ status: CommitStatus) -> String { String(status.description.prefix(longest)) }
    private static func url(_ status: CommitStatus) -> String? { status.url.flatMap { $0.count <= longest ? $0 : nil } }

    private struct Shown: Decodable {
        let id: Int
        let status: String?
        let name: String?
        let description: String?
        let targetURL: String?

        private enum CodingKeys: String, CodingKey {
            case id, status, name, description
            case targetURL = "target_url"
        }
    }

    /// Whether the newest status of this name is this one.
    private static func shows(
        _ status: CommitStatus, _ state: String, at commit: String, _ api: HostAPI
    ) async throws(FailureDetails) -> Bool {
        var query = [("name", name(status)), ("per_page", "100")]
        if let branch = status.branch { query.append(("ref", branch)) }
        let answer = try await api.call("GET", "\(commit)/statuses", query: query)
        if answer.status == 404 { return false }
        let newest = try answer.expect([200]).decode([Shown].self).filter { $0.name == name(status) }
            .max { $0.id < $1.id }
        guard let newest else { return false }
        let isState = newest.status == state || state == "skipped" && newest.status == "canceled"
        return isState && newest.description == text(status) && newest.targetURL == url(status)
    }
}
