import Foundation
import PipelineModel
import PluginKit

/// One of GitHub's lists of what it has sent to a hook.
struct GitHubDeliveryList {
    let api: HostAPI
    let path: String
    /// Of an App's list, which holds the deliveries of many.
    let repositoryID: Int?
    /// A hundred deliveries a page.
    private static let mostPages = 1000

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
    func missed(since: Date) async throws(FailureDetails) -> [Attempt] {
        var delivered: Set<String> = []
        var newest: [String: Attempt] = [:]
        /// As GitHub lists them: the newest first. Of an event that was tried again, the first attempt is its place.
        var order: [String] = []
        for attempt in try await attempts(since: since) {
            if attempt.status == "OK" { delivered.insert(attempt.guid) }
            if newest[attempt.guid] == nil { newest[attempt.guid] = attempt }
            order.append(attempt.guid)
        }
        var seen = delivered
        return order.reversed().compactMap { seen.insert($0).inserted ? newest[$0] : nil }
    }

    private func attempts(since: Date) async throws(FailureDetails) -> [Attempt] {
        var found: [Attempt] = []
        var answer = try await api.call("GET", path, query: [("per_page", "100")])
        for _ in 0..<Self.mostPages {
            for attempt in try answer.expect([200]).decode([Attempt].self) {
                // What has no readable time counts as new: it is better told twice than not at all.
                guard GitHubAccess.date(attempt.deliveredAt).map({ $0 >= since }) ?? true else { return found }
                if repositoryID == nil || attempt.repositoryID == repositoryID { found.append(attempt) }
            }
            guard let next = answer.nextPage else { return found }
            answer = try await api.call("GET", next)
        }
        throw FailureDetails(.systemUnavailable, "\(answer.call): GitHub's list of deliveries has no end")
    }
}
