import Foundation
import PipelineModel
import PluginKit

/// A stage of an execution in the words of GitHub's Checks API.
struct GitHubCheckRun {
    let name: String
    /// GitHub's `external_id`: whose stage it is.
    let execution: String
    let state: String
    let conclusion: String?
    let title: String
    private let details: String?
    private let time: String

    var hasEnded: Bool { conclusion != nil }

    init(_ status: CommitStatus, now: Date) {
        name = status.context
        execution = status.execution?.rawValue ?? status.context
        (state, conclusion) =
            switch status.state {
            case .pending: ("queued", nil)
            case .running: ("in_progress", nil)
            case .succeeded: ("completed", "success")
            case .failed: ("completed", "failure")
            case .cancelled: ("completed", "cancelled")
            case .skipped: ("completed", "skipped")
            }
        title = GitHubStatuses.cut(status.description)
        details = status.url
        let date = status.at.map { Date(timeIntervalSince1970: $0) } ?? now
        time = date.formatted(.iso8601)
    }

    func creation(at commit: CommitID) -> SettingValue {
        var members = members
        members["head_sha"] = .string(commit.text)
        members["external_id"] = .string(execution)
        // One of which nothing was known before its end began no later than that.
        members["started_at"] = .string(time)
        return .map(members)
    }

    /// Of a run that has begun before.
    var update: SettingValue { .map(members) }

    private var members: [String: SettingValue] {
        var members: [String: SettingValue] = [
            "name": .string(name), "status": .string(state),
            "output": .map(["title": .string(title), "summary": .string(summary)]),
        ]
        members["conclusion"] = conclusion.map(SettingValue.string)
        members["completed_at"] = conclusion.map { _ in .string(time) }
        members["details_url"] = details.map(SettingValue.string)
        return members
    }

    private var summary: String { "Execution `\(execution)`" }

    /// What GitHub has of a run.
    struct Shown: Decodable {
        let id: Int
        let name: String?
        let execution: String?
        let state: String
        let conclusion: String?
        let output: Output?

        struct Output: Decodable { let title: String? }

        enum CodingKeys: String, CodingKey {
            case id, name, conclusion, output, execution = "external_id", state = "status"
        }

        /// One that this gateway has opened.
        init(open id: Int) {
            self.id = id
            (name, execution, conclusion, output) = (nil, nil, nil, nil)
            state = "in_progress"
        }

        var hasEnded: Bool { state == "completed" }

        func isOf(_ run: GitHubCheckRun) -> Bool { name == run.name && execution == run.execution }

        func says(_ run: GitHubCheckRun) -> Bool {
            state == run.state && conclusion == run.conclusion && output?.title == run.title
        }
    }
}
