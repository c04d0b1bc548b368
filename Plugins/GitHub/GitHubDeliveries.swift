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
        let repository = try GitHubRepository(hook.repository)
        let api = try await GitHubAccess.api(for: connection, host: host)
        let hooks = try await GitHubHooks.hooks(for: hook.url, of: repository, api)
        guard !hooks.isEmpty else {
            throw FailureDetails(
                .configurationError,
                "no hook of '\(shown(hook.repository))' delivers to this gateway's URL of it; register the hook")
        }
        var found: [LoggedDelivery] = []
        for hook in hooks {
            let path = repository.path("hooks", String(hook.id), "deliveries")
            for attempt in try await Self.missed(path, since: since, api) {
                if let delivery = try await Self.delivery(attempt, path, api) { found.append(delivery) }
            }
        }
        return found
    }

    /// One attempt to deliver something.
    private struct Attempt: Decodable {
        let id: Int
        /// The same for each attempt at one event.
        let guid: String
        let deliveredAt: String
        let status: String?
        let event: String?

        enum CodingKeys: String, CodingKey { case id, guid, status, event, deliveredAt = "delivered_at" }
    }

    /// The newest attempt at each event that no attempt has delivered, the oldest event first.
    private static func missed(
        _ path: String, since: Date, _ api: HostAPI
    ) async throws(FailureDetails) -> [Attempt] {
        var delivered: Set<String> = []
        var newest: [String: Attempt] = [:]
        /// As GitHub lists them: the newest first. Of an event that was tried again, the first attempt is its place.
        var order: [String] = []
        for attempt in try await attempts(path, since: since, api) {
            if attempt.status == "OK" { delivered.insert(attempt.guid) }
            if newest[attempt.guid] == nil { newest[attempt.guid] = attempt }
            order.append(attempt.guid)
        }
        var seen = delivered
        return order.reversed().compactMap { seen.insert($0).inserted ? newest[$0] : nil }
    }

    private static func attempts(
        _ path: String, since: Date, _ api: HostAPI
    ) async throws(FailureDetails) -> [Attempt] {
        var found: [Attempt] = []
        var answer = try await api.call("GET", path, query: [("per_page", "100")])
        for _ in 0..<mostPages {
            for attempt in try answer.expect([200]).decode([Attempt].self) {
                // What has no readable time counts as new: it is better told twice than not at all.
                guard GitHubAccess.date(attempt.deliveredAt).map({ $0 >= since }) ?? true else { return found }
                found.append(attempt)
            }
            guard let next = answer.nextPage else { return found }
            answer = try await api.call("GET", next)
        }
        throw FailureDetails(.systemUnavailable, "\(answer.call): GitHub's list of deliveries has no end")
    }

    // MARK: One delivery

    /// `nil` when GitHub has dropped it from its log meanwhile.
    private static func delivery(
        _ attempt: Attempt, _ path: String, _ api: HostAPI
    ) async throws(FailureDetails) -> LoggedDelivery? {
        let answer = try await api.call("GET", "\(path)/\(attempt.id)")
        if answer.status == 404 { return nil }
        guard let whole = try? JSONSerialization.jsonObject(with: try answer.expect([200]).body) as? [String: Any],
            let request = whole["request"] as? [String: Any], let payload = request["payload"],
            JSONSerialization.isValidJSONObject(payload),
            let body = try? JSONSerialization.data(withJSONObject: payload, options: .withoutEscapingSlashes)
        else { throw FailureDetails(.systemUnavailable, "\(answer.call): the answer holds no payload") }
        let headers = headers(request["headers"] as? [String: Any] ?? [:], attempt)
        let delivery = WebhookDelivery(headers: headers, body: body)
        let event = attempt.event ?? delivery.header("X-GitHub-Event") ?? ""
        return LoggedDelivery(id: attempt.guid, event: event, delivery: delivery)
    }

    /// As they were sent. GitHub shows a form's payload as JSON, and so it comes here.
    private static func headers(_ sent: [String: Any], _ attempt: Attempt) -> [(name: String, value: String)] {
        let replaced: Set<String> = ["content-type", "content-length", "x-github-delivery"]
        var headers = sent.compactMap { name, value -> (name: String, value: String)? in
            replaced.contains(name.lowercased()) ? nil : (value as? String).map { (name, $0) }
        }
        headers.sort { $0.name < $1.name }
        return headers + [("Content-Type", "application/json"), ("X-GitHub-Delivery", attempt.guid)]
    }
}
