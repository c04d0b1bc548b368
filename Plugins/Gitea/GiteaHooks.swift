package import PipelineModel
package import PluginKit

/// Makes, repairs and removes repositories' hooks. Needs a token of an administrator of the repository.
///
/// A hook's secret can't be read back, so it is written each time; what can be seen decides whether that was a repair.
package struct GiteaHooks: HookRegistrar {
    package let provider: String

    package init(_ dialect: GiteaDialect) { provider = dialect.rawValue }

    package func register(
        _ hook: HookWish, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> RegisteredHook {
        let gitea = try await GiteaAPI(connection, host: host)
        let path = try GiteaAPI.repository(hook.repository) + "/hooks"
        guard let found = try await Self.hooks(hook, path, gitea).first else {
            var wish = Self.wish(hook)
            // Forgejo knows Gitea's kind as its own.
            wish["type"] = .string("gitea")
            let answer = try await gitea.api.call("POST", path, json: .map(wish)).expect([201])
            return RegisteredHook(id: "\(try answer.decode(GiteaHook.self).id)", change: .created)
        }
        var wish = Self.wish(hook)
        // What a change doesn't repeat is cleared: what somebody subscribed to beside, and what a proxy asks for.
        let more = (found.events ?? []).filter { !GiteaHook.needed.contains($0) }.sorted()
        wish["events"] = .list((GiteaHook.needed + more).map(SettingValue.string))
        if let header = found.authorizationHeader, !header.isEmpty { wish["authorization_header"] = .string(header) }
        _ = try await gitea.api.call("PATCH", "\(path)/\(found.id)", json: .map(wish), isIdempotent: true).expect([200])
        return RegisteredHook(id: "\(found.id)", change: found.isAsWished ? .unchanged : .repaired)
    }

    package func remove(
        _ hook: HookWish, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) {
        let gitea = try await GiteaAPI(connection, host: host)
        let path = try GiteaAPI.repository(hook.repository) + "/hooks"
        for found in try await Self.hooks(hook, path, gitea) {
            _ = try await gitea.api.call("DELETE", "\(path)/\(found.id)").expect([200, 204, 404])
        }
    }

    /// The repository's hooks of that URL, the oldest first.
    private static func hooks(
        _ hook: HookWish, _ path: String, _ gitea: GiteaAPI
    ) async throws(FailureDetails) -> [GiteaHook] {
        guard let all = try await gitea.list(GiteaHook.self, path) else {
            throw FailureDetails(
                .configurationError,
                "\(gitea.api.name) knows no repository '\(hook.repository.prefix(200))' whose hooks the connection's "
                    + "token may see (404)")
        }
        return all.filter { $0.config?["url"]?.string == hook.url }.sorted { $0.id < $1.id }
    }

    private static func wish(_ hook: HookWish) -> [String: SettingValue] {
        var config: [String: SettingValue] = [
            "url": .string(hook.url), "content_type": .string("json"), "http_method": .string("POST"),
        ]
        config["secret"] = hook.secret.map { .string($0.secret) }
        return [
            "config": .map(config), "events": .list(GiteaHook.needed.map(SettingValue.string)),
            // A hook that doesn't ask for it is made, but never used.
            "active": .bool(true), "branch_filter": .string(""),
        ]
    }
}

/// A hook as the API shows it; names are Gitea's.
struct GiteaHook: Decodable {
    let id: Int
    let config: [String: SettingValue]?
    let events: [String]?
    let active: Bool?
    let branchFilter: String?
    let authorizationHeader: String?

    private enum CodingKeys: String, CodingKey {
        case id, config, events, active
        case branchFilter = "branch_filter"
        case authorizationHeader = "authorization_header"
    }

    static let needed = ["push", "delete", "pull_request", "pull_request_sync", "release"]

    /// Versions that list events otherwise are put right each time, which does no harm.
    var isAsWished: Bool {
        active == true && Self.needed.allSatisfy { events?.contains($0) == true }
            && config?["content_type"]?.string == "json" && branchFilter?.isEmpty != false
    }
}
