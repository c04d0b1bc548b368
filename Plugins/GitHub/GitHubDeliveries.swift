package import Foundation
package import PipelineModel
package import PluginKit

/// Reads what GitHub has sent to a hook and could not deliver. GitHub never tries again by itself.
package struct GitHubDeliveries: DeliveryLog {
    package let provider = "GitHub"
    /// Three days; an Enterprise Server keeps seven.
    package let reach = 3 * 86_400.0
    /// A hundred deliveries a page.
    private static let mostPages = 1000

    package init() {}

    package func undelivered(
        _ hook: HookWish, since: Date, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> [LoggedDelivery] {
        var found: [LoggedDelivery] = []
        for place in try await Self.places(of: hook, on: connection, host: host) {
            found += try await GitHubDeliveryReader(place: place).deliveries(Self.missed(at: place, since: since))
        }
        return found
    }

    // MARK: Where the log is

    /// One list of deliveries.
    struct Place {
        let api: HostAPI
        let path: String
        /// Of an App's list, which holds the deliveries of many.
        let repositoryID: Int?
    }

    /// The repository's hooks with this URL; without any, the App's own where that delivers to it.
    private static func places(
        of hook: HookWish, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> [Place] {
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
                Place(api: api, path: repository.path("hooks", String($0.id), "deliveries"), repositoryID: nil)
            }
        }
        struct Config: Decodable { let url: String? }
        struct Numbered: Decodable { let id: Int }
        if let app, try await app.call("GET", "/app/hook/config").expect([200]).decode(Config.self).url == hook.url {
            let id = try await api.call("GET", repository.path()).expect([200]).decode(Numbered.self).id
            return [Place(api: app, path: "/app/hook/deliveries", repositoryID: id)]
        }
        throw FailureDetails(
            .configurationError,
            "no hook of '\(shown(hook.repository))' delivers to this gateway's URL of it; register the hook")
    }

    // MARK: What failed

    /// One attempt to deliver something.
    struct Attempt: Decodable {
        let id: Int
        /// The same for each attempt at one event.
        let guid: String
        let deliveredAt: String
        let status: String?
        let event: String?
        let repositoryID: Int?

        enum CodingKeys: String, CodingKey {
            case id, guid, status, event, deliveredAt = "delivered_at", repositoryID = "repository_id"
        }
    }

    /// The newest attempt at each event that no attempt has delivered, the oldest event first.
    private static func missed(at place: Place, since: Date) async throws(FailureDetails) -> [Attempt] {
        var delivered: Set<String> = []
        var newest: [String: Attempt] = [:]
        /// As GitHub lists them: the newest first. Of an event that was tried again, the first attempt is its place.
        var order: [String] = []
        for attempt in try await attempts(at: place, since: since) {
            if attempt.status == "OK" { delivered.insert(attempt.guid) }
            if newest[attempt.guid] == nil { newest[attempt.guid] = attempt }
            order.append(attempt.guid)
        }
        var seen = delivered
        return order.reversed().compactMap { seen.insert($0).inserted ? newest[$0] : nil }
    }

    private static func attempts(at place: Place, since: Date) async throws(FailureDetails) -> [Attempt] {
        var found: [Attempt] = []
        var answer = try await place.api.call("GET", place.path, query: [("per_page", "100")])
        for _ in 0..<mostPages {
            for attempt in try answer.expect([200]).decode([Attempt].self) {
                // What has no readable time counts as new: it is better told twice than not at all.
                guard GitHubAccess.date(attempt.deliveredAt).map({ $0 >= since }) ?? true else { return found }
                if place.repositoryID == nil || attempt.repositoryID == place.repositoryID { found.append(attempt) }
            }
            guard let next = answer.nextPage else { return found }
            answer = try await place.api.call("GET", next)
        }
        throw FailureDetails(.systemUnavailable, "\(answer.call): GitHub's list of deliveries has no end")
    }
}
