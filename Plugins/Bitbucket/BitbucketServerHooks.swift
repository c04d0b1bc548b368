package import PipelineModel
package import PluginKit

/// Makes, repairs and removes hooks at Data Center's repositories. A hook is ours when it has our URL; the ones of its
/// project are not looked at.
package struct BitbucketServerHooks: HookRegistrar {
    package init() {}

    package var provider: String { BitbucketForm.server }

    static let events = [
        "repo:refs_changed", "pr:opened", "pr:from_ref_updated", "pr:modified", "pr:merged", "pr:declined",
        "pr:deleted",
    ]

    private struct Hook: Decodable {
        struct Configuration: Decodable { let secret: String? }

        let id: Int
        let name: String?
        let url: String?
        let active: Bool?
        let events: [String]?
        let configuration: Configuration?
        let sslVerificationRequired: Bool?
    }

    package func register(
        _ wish: HookWish, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> RegisteredHook {
        let repository = try await ServerRepositoryAPI(wish.repository, on: connection, host: host)
        let place = repository.path + "/webhooks"
        guard let hook = try await hooks(of: wish, in: repository).first else {
            let body = Self.body(for: wish, name: "Penstock", Self.events)
            let answer = try await repository.api.call("POST", place, json: .map(body))
            let made = try answer.expect([200, 201]).decode(Hook.self)
            return RegisteredHook(id: String(made.id), change: .created)
        }
        let events = hook.events ?? []
        let missing = Self.events.filter { !events.contains($0) }
        var body = Self.body(for: wish, name: hook.name ?? "Penstock", events + missing)
        if let isVerified = hook.sslVerificationRequired { body["sslVerificationRequired"] = .bool(isVerified) }
        let answer = try await repository.api.call("PUT", "\(place)/\(hook.id)", json: .map(body))
        _ = try answer.expect([200])
        // Most versions don't tell the secret; one that is told must be right.
        let secret = hook.configuration?.secret
        let wasRight = missing.isEmpty && hook.active == true && (secret == nil || secret == wish.secret?.secret)
        return RegisteredHook(id: String(hook.id), change: wasRight ? .unchanged : .repaired)
    }

    package func remove(_ wish: HookWish, on connection: Connection, host: any PluginHost) async throws(FailureDetails)
    {
        let repository = try await ServerRepositoryAPI(wish.repository, on: connection, host: host)
        for hook in try await hooks(of: wish, in: repository) {
            let answer = try await repository.api.call("DELETE", "\(repository.path)/webhooks/\(hook.id)")
            _ = try answer.expect([200, 204, 404])
        }
    }

    private func hooks(of wish: HookWish, in repository: ServerRepositoryAPI) async throws(FailureDetails) -> [Hook] {
        guard let all = try await repository.list(repository.path + "/webhooks", of: Hook.self) else {
            throw HookText.missing(wish)
        }
        return all.elements.filter { $0.url == wish.url }
    }

    private static func body(for wish: HookWish, name: String, _ events: [String]) -> [String: SettingValue] {
        [
            "name": .string(name), "url": .string(wish.url), "active": .bool(true),
            "events": .list(events.map { .string($0) }),
            "configuration": .map(wish.secret.map { ["secret": .string($0.secret)] } ?? [:]),
        ]
    }
}
