import Foundation
package import PipelineModel
package import PluginKit

/// Makes, repairs and removes a repository's hooks at GitHub.
package struct GitHubHooks: HookRegistrar {
    package let provider = "GitHub"
    /// What ``GitHubWebhook`` makes events of.
    static let events = ["push", "pull_request", "release", "workflow_run", "check_run", "check_suite"]
    /// GitHub allows 20 for each event; an Enterprise Server 250.
    private static let mostPages = 50

    package init() {}

    package func register(
        _ hook: HookWish, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> RegisteredHook {
        let repository = try GitHubRepository(hook.repository)
        let api = try await GitHubAccess.api(for: connection, host: host)
        if let found = try await Self.hooks(for: hook.url, of: repository, api).first {
            return try await repair(found, for: hook, of: repository, api)
        }
        let answer = try await api.call(
            "POST", repository.path("hooks"), json: Self.body(of: hook, events: Self.events, isNew: true))
        if answer.status == 422, String(decoding: answer.body, as: UTF8.self).contains("already exists"),
            let found = try await Self.hooks(for: hook.url, of: repository, api).first
        {
            return try await repair(found, for: hook, of: repository, api)
        }
        let made = try Self.checked(answer, [201]).decode(Hook.self)
        return RegisteredHook(id: String(made.id), change: .created)
    }

    package func remove(
        _ hook: HookWish, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) {
        let repository = try GitHubRepository(hook.repository)
        let api = try await GitHubAccess.api(for: connection, host: host)
        for found in try await Self.hooks(for: hook.url, of: repository, api) {
            let answer = try await api.call("DELETE", repository.path("hooks", String(found.id)))
            _ = try answer.expect([204, 404])
        }
    }

    /// GitHub never shows a secret: it is written each time, which nobody sees.
    private func repair(
        _ found: Hook, for hook: HookWish, of repository: GitHubRepository, _ api: HostAPI
    ) async throws(FailureDetails) -> RegisteredHook {
        let isRight = found.isRight(for: hook)
        if !isRight || hook.secret != nil {
            let more = found.events.filter { !Self.events.contains($0) }
            let events = found.hearsAll ? found.events : Self.events + more
            let answer = try await api.call(
                "PATCH", repository.path("hooks", String(found.id)),
                json: Self.body(of: hook, events: events, isNew: false), isIdempotent: true)
            _ = try Self.checked(answer, [200])
        }
        return RegisteredHook(id: String(found.id), change: isRight ? .unchanged : .repaired)
    }

    private static func body(of hook: HookWish, events: [String], isNew: Bool) -> SettingValue {
        var config: [String: SettingValue] = [
            "url": .string(hook.url), "content_type": .string("json"), "insecure_ssl": .string("0"),
        ]
        if let secret = hook.secret { config["secret"] = .string(secret.secret) }
        var body: [String: SettingValue] = [
            "active": .bool(true), "events": .list(events.map { .string($0) }), "config": .map(config),
        ]
        if isNew { body["name"] = .string("web") }
        return .map(body)
    }

    // MARK: What is there

    struct Hook: Decodable {
        struct Config: Decodable {
            let url: String?
            let contentType: String?
            let insecure: SettingValue?
            let secret: String?

            enum CodingKeys: String, CodingKey {
                case url, secret, contentType = "content_type", insecure = "insecure_ssl"
            }
        }

        let id: Int
        let active: Bool
        let events: [String]
        let config: Config

        var hearsAll: Bool { events.contains("*") }

        /// As far as GitHub shows it: of the secret, whether there is one.
        func isRight(for hook: HookWish) -> Bool {
            active && (hearsAll || GitHubHooks.events.allSatisfy(events.contains)) && config.contentType == "json"
                && [nil, .string("0"), .integer(0)].contains(config.insecure)
                && (config.secret != nil) == (hook.secret != nil)
        }
    }

    /// Those that deliver to this URL, the oldest first.
    static func hooks(
        for url: String, of repository: GitHubRepository, _ api: HostAPI
    ) async throws(FailureDetails) -> [Hook] {
        var found: [Hook] = []
        var answer = try await api.call("GET", repository.path("hooks"), query: [("per_page", "100")])
        for _ in 0..<mostPages {
            found += try checked(answer, [200]).decode([Hook].self).filter { $0.config.url == url }
            guard let next = answer.nextPage else { break }
            answer = try await api.call("GET", next)
        }
        return found.sorted { $0.id < $1.id }
    }

    /// GitHub hides what a credential may not see.
    private static func checked(
        _ answer: HostAPI.Answer, _ statuses: Set<Int>
    ) throws(FailureDetails) -> HostAPI.Answer {
        guard answer.status != 404 else {
            throw FailureDetails(
                .permissionError,
                "\(answer.call) was answered 404: there is no such repository, or the connection's credential may not "
                    + "manage its webhooks (a fine-grained token or App: Webhooks, read and write)")
        }
        return try answer.expect(statuses)
    }
}
