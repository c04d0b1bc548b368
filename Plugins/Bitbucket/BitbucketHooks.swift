package import PipelineModel
package import PluginKit

/// Makes, repairs and removes hooks at Bitbucket Cloud's repositories. A hook is ours when it has our URL.
///
/// A hook's secret can't be read back: an existing hook always gets it again, which changes nothing when it was right.
package struct BitbucketHooks: HookRegistrar {
    package init() {}

    package var provider: String { BitbucketForm.cloud }

    static let events = [
        "repo:push", "pullrequest:created", "pullrequest:updated", "pullrequest:fulfilled", "pullrequest:rejected",
    ]

    private struct Hook: Decodable {
        let uuid: String
        let url: String?
        let active: Bool?
        let events: [String]?
        let hasSecret: Bool?
        let description: String?
        enum CodingKeys: String, CodingKey {
            case uuid, url, active, events, description
            case hasSecret = "secret_set"
        }
    }

    package func register(
        _ wish: HookWish, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> RegisteredHook {
        let repository = try await CloudRepositoryAPI(wish.repository, on: connection, host: host)
        let ours = try await hooks(of: wish, in: repository)
        guard let hook = ours.first else {
            var body = Self.body(for: wish, Self.events)
            if let secret = wish.secret { body["secret"] = .string(secret.secret) }
            let answer = try await repository.api.call("POST", repository.path + "/hooks", json: .map(body))
            let made = try answer.expect([200, 201]).decode(Hook.self)
            return RegisteredHook(id: made.uuid, change: .created)
        }
        let events = hook.events ?? []
        let missing = Self.events.filter { !events.contains($0) }
        var body = Self.body(for: wish, events + missing)
        if let description = hook.description { body["description"] = .string(description) }
        body["secret"] = wish.secret.map { .string($0.secret) } ?? .null
        let answer = try await repository.api.call("PUT", place(of: hook, in: repository), json: .map(body))
        _ = try answer.expect([200])
        let wasRight =
            missing.isEmpty && hook.active == true && hook.hasSecret ?? true == (wish.secret != nil)
        return RegisteredHook(id: hook.uuid, change: wasRight ? .unchanged : .repaired)
    }

    package func remove(_ wish: HookWish, on connection: Connection, host: any PluginHost) async throws(FailureDetails)
    {
        let repository = try await CloudRepositoryAPI(wish.repository, on: connection, host: host)
        for hook in try await hooks(of: wish, in: repository) {
            let answer = try await repository.api.call("DELETE", place(of: hook, in: repository))
            _ = try answer.expect([200, 204, 404])
        }
    }

    private func hooks(of wish: HookWish, in repository: CloudRepositoryAPI) async throws(FailureDetails) -> [Hook] {
        let all = try await repository.list(repository.path + "/hooks", of: Hook.self, query: [("pagelen", "100")])
        guard let all else { throw HookText.missing(wish) }
        return all.elements.filter { $0.url == wish.url }
    }

    private func place(of hook: Hook, in repository: CloudRepositoryAPI) -> String {
        repository.path + HostAPI.path("hooks", hook.uuid)
    }

    private static func body(for wish: HookWish, _ events: [String]) -> [String: SettingValue] {
        [
            "description": .string("Penstock"), "url": .string(wish.url), "active": .bool(true),
            "events": .list(events.map { .string($0) }),
        ]
    }
}
