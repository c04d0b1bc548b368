import Foundation
package import PipelineModel
package import PluginKit

/// Makes, repairs and removes projects' hooks. Needs a token of a Maintainer.
///
/// A hook's secret can't be read back, so it is written each time; what can be seen decides whether that was a repair.
package struct GitLabHooks: HookRegistrar {
    package init() {}

    package var provider: String { "GitLab" }

    package func register(
        _ hook: HookWish, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> RegisteredHook {
        let gitLab = try await GitLabAPI(connection, host: host)
        let path = GitLabAPI.project(hook.repository) + "/hooks"
        guard let found = try await Self.hooks(hook, path, gitLab).first else {
            let answer = try await gitLab.api.call("POST", path, json: Self.wish(hook, beside: nil)).expect([201])
            let made = try answer.decode(GitLabHook.self)
            try await Self.settleToken(made, hook, path, gitLab.api)
            return RegisteredHook(id: "\(made.id)", change: .created)
        }
        let answer = try await gitLab.api.call("PUT", "\(path)/\(found.id)", json: Self.wish(hook, beside: found))
            .expect([200])
        try await Self.settleToken(try answer.decode(GitLabHook.self), hook, path, gitLab.api)
        if found.isOff { try await Self.wake(found, path, gitLab.api) }
        return RegisteredHook(id: "\(found.id)", change: found.isAsWished && !found.isOff ? .unchanged : .repaired)
    }

    package func remove(
        _ hook: HookWish, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) {
        let gitLab = try await GitLabAPI(connection, host: host)
        let path = GitLabAPI.project(hook.repository) + "/hooks"
        for found in try await Self.hooks(hook, path, gitLab) {
            _ = try await gitLab.api.call("DELETE", "\(path)/\(found.id)").expect([200, 202, 204, 404])
        }
    }

    /// The project's hooks of that URL, the oldest first.
    static func hooks(
        _ hook: HookWish, _ path: String, _ gitLab: GitLabAPI
    ) async throws(FailureDetails) -> [GitLabHook] {
        guard let all = try await gitLab.list(GitLabHook.self, path) else {
            throw FailureDetails(
                .configurationError,
                "GitLab knows no project '\(hook.repository.prefix(200))' whose hooks the connection's token may see (404)"
            )
        }
        return all.filter { $0.url == hook.url }.sorted { $0.id < $1.id }
    }

    private static func wish(_ hook: HookWish, beside found: GitLabHook?) -> SettingValue {
        var members: [String: SettingValue] = ["url": .string(hook.url)]
        for event in GitLabHook.events { members[event] = .bool(true) }
        if let secret = hook.secret?.secret {
            members[isSigningToken(secret) ? "signing_token" : "token"] = .string(secret)
        }
        if found == nil { members["enable_ssl_verification"] = .bool(true) }
        if let found, found.text("push_events_branch_filter") != nil {
            members["push_events_branch_filter"] = .string("")
            if found.shows("branch_filter_strategy") { members["branch_filter_strategy"] = .string("all_branches") }
        }
        if found?.text("custom_webhook_template") != nil { members["custom_webhook_template"] = .string("") }
        return .map(members)
    }

    /// `whsec_` and the base64 of 32 bytes.
    private static func isSigningToken(_ secret: String) -> Bool {
        secret.hasPrefix("whsec_") && Data(base64Encoded: String(secret.dropFirst(6)))?.count == 32
    }

    /// Servers before 19.0 pass over a signing token: there the secret goes the plain way.
    private static func settleToken(
        _ made: GitLabHook, _ hook: HookWish, _ path: String, _ api: HostAPI
    ) async throws(FailureDetails) {
        guard let secret = hook.secret?.secret, isSigningToken(secret), !made.isTrue("signing_token_present") else {
            return
        }
        let wish: SettingValue = .map(["url": .string(hook.url), "token": .string(secret)])
        _ = try await api.call("PUT", "\(path)/\(made.id)", json: wish).expect([200])
    }

    /// Only a delivery that was taken makes GitLab use a switched-off hook again: a test of a kind that starts nothing
    /// and that GitLab makes up where the project has none.
    private static func wake(_ hook: GitLabHook, _ path: String, _ api: HostAPI) async throws(FailureDetails) {
        let answer = try await api.call("POST", "\(path)/\(hook.id)/test/resource_access_token_events")
        guard !answer.isSuccess else { return }
        let words = String(decoding: answer.body.prefix(300), as: UTF8.self)
        throw FailureDetails(
            .systemUnavailable,
            "GitLab has switched the hook \(hook.id) off after failures, and its test failed too (\(answer.status)): "
                + "\(words)")
    }
}

/// A hook as the API shows it, under GitLab's names.
struct GitLabHook: Decodable {
    let id: Int
    let url: String
    private let members: [String: SettingValue]

    private struct Identity: Decodable {
        let id: Int
        let url: String
    }

    init(from decoder: any Decoder) throws {
        let identity = try Identity(from: decoder)
        id = identity.id
        url = identity.url
        members = try [String: SettingValue](from: decoder)
    }

    static let events = [
        "push_events", "tag_push_events", "merge_requests_events", "pipeline_events", "releases_events",
    ]

    /// A text that is there and not empty.
    func text(_ name: String) -> String? { members[name]?.string.flatMap { $0.isEmpty ? nil : $0 } }

    func isTrue(_ name: String) -> Bool { members[name] == .bool(true) }

    func shows(_ name: String) -> Bool { members[name] != nil }

    /// `temporarily_disabled` or `disabled`, which older servers don't show.
    var isOff: Bool { text("alert_status").map { $0 != "executable" } ?? false }

    var isAsWished: Bool {
        Self.events.allSatisfy(isTrue) && text("push_events_branch_filter") == nil
            && text("custom_webhook_template") == nil
    }
}
