import Foundation
import PipelineModel
import PluginKit

/// Shows stages at commits by GitHub's commit statuses.
struct GitHubStatuses {
    /// GitHub refuses longer ones.
    static let longestDescription = 140
    /// As many as GitHub takes for one commit and context, a hundred a page.
    private static let mostPages = 10

    func report(
        _ status: CommitStatus, mayBeThere: Bool, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) {
        let repository = try GitHubRepository(status.repository)
        guard let commit = CommitID(status.commit) else {
            throw FailureDetails(.revisionUnavailable, "'\(shown(status.commit))' is no commit id")
        }
        let api = try await GitHubAccess.api(for: connection, host: host)
        let wish = Shown(status)
        if mayBeThere, try await newest(in: wish.context, at: commit, of: repository, api) == wish { return }
        let answer = try await api.call("POST", repository.path("statuses", commit.text), json: wish.json)
        try Self.check(answer, status, may: "commit statuses")
    }

    /// What GitHub keeps of a status.
    private struct Shown: Decodable, Equatable {
        let state: String
        let context: String
        let description: String?
        let target: String?

        enum CodingKeys: String, CodingKey { case state, context, description, target = "target_url" }

        init(_ status: CommitStatus) {
            state =
                switch status.state {
                case .pending, .running: "pending"
                case .succeeded, .skipped: "success"
                case .failed: "failure"
                case .cancelled: "error"
                }
            context = status.context
            let text = GitHubStatuses.cut(status.description)
            description = text.isEmpty ? nil : text
            target = status.url
        }

        var json: SettingValue {
            var members: [String: SettingValue] = ["state": .string(state), "context": .string(context)]
            if let description { members["description"] = .string(description) }
            if let target { members["target_url"] = .string(target) }
            return .map(members)
        }
    }

    /// The status that counts of a context; GitHub lists the newest first.
    private func newest(
        in context: String, at commit: CommitID, of repository: GitHubRepository, _ api: HostAPI
    ) async throws(FailureDetails) -> Shown? {
        var answer = try await api.call(
            "GET", repository.path("commits", commit.text, "statuses"), query: [("per_page", "100")])
        for _ in 0..<Self.mostPages {
            // What is wrong with the commit or the right to it, the attempt to write will say.
            guard answer.status == 200 else { return nil }
            if let found = try answer.decode([Shown].self).first(where: { $0.context == context }) { return found }
            guard let next = answer.nextPage else { return nil }
            answer = try await api.call("GET", next)
        }
        return nil
    }

    /// - Parameter right: what the credential may have to be allowed to write.
    static func check(
        _ answer: HostAPI.Answer, _ status: CommitStatus, may right: String
    ) throws(FailureDetails) {
        let words = String(decoding: answer.body.prefix(2000), as: UTF8.self)
        switch answer.status {
        case 404:
            throw FailureDetails(
                .permissionError,
                "\(answer.call) was answered 404: there is no such repository, or the connection's credential may not "
                    + "write its \(right)")
        case 422 where words.contains("No commit found"):
            throw FailureDetails(
                .revisionUnavailable, "the commit \(status.commit) is not in '\(shown(status.repository))'")
        case 422 where words.contains("maximum number of statuses"):
            throw FailureDetails(
                .configurationError,
                "GitHub takes no more than 1000 statuses of '\(shown(status.context))' at one commit")
        default: _ = try answer.expect([200, 201])
        }
    }

    /// To at most 140 of any kind of unit that GitHub may count, without cutting a character in two.
    static func cut(_ text: String) -> String {
        guard text.utf16.count > longestDescription else { return text }
        var result = ""
        var length = 0
        for character in text {
            length += character.utf16.count
            guard length < longestDescription else { break }
            result.append(character)
        }
        return result + "…"
    }
}
