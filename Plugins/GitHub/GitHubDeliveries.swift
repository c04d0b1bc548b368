package import Foundation
package import PipelineModel
package import PluginKit

/// Reads what GitHub has sent to a hook and could not deliver. GitHub never tries again by itself.
package struct GitHubDeliveries: DeliveryLog {
    package let provider = "GitHub"
    /// Three days; an Enterprise Server keeps seven.
    package let reach = 3 * 86_400.0

    package init() {}

    package func undelivered(
        _ hook: HookWish, since: Date, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> [LoggedDelivery] {
        var found: [LoggedDelivery] = []
        for list in try await Self.lists(of: hook, on: connection, host: host) {
            found += try await GitHubDeliveryReader(list: list).deliveries(list.missed(since: since))
        }
        return found
    }

    /// The repository's hooks with this URL; without any, the App's own where that delivers to it.
    private static func lists(
        of hook: HookWish, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> [GitHubDeliveryList] {
        let repository = try GitHubRepository(hook.repository)
        let api = try await GitHubAccess.api(for: connection, host: host)
        let app = try GitHubApp.api(of: connection, host: host)
        let hooks: [GitHubHooks.Hook]
        do {
            hooks = try await GitHubHooks.hooks(for: hook.url, of: repository, api)
        } catch  where error.type == .permissionError && app != nil {
            // An App that delivers by itself need not be allowed to look at the hooks of repositories.
            hooks = []
        }
        if !hooks.isEmpty {
            return hooks.map {
                GitHubDeliveryList(
                    api: api, path: repository.path("hooks", String($0.id), "deliveries"), repositoryID: nil)
            }
        }
        struct Config: Decodable { let url: String? }
        struct Numbered: Decodable { let id: Int }
        if let app, try await app.call("GET", "/app/hook/config").expect([200]).decode(Config.self).url == hook.url {
            let id = try await api.call("GET", repository.path()).expect([200]).decode(Numbered.self).id
            return [GitHubDeliveryList(api: app, path: "/app/hook/deliveries", repositoryID: id)]
        }
        throw FailureDetails(
            .configurationError,
            "no hook of '\(shown(hook.repository))' delivers to this gateway's URL of it; register the hook")
    }
}
