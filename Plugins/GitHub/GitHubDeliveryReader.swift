import Foundation
import PipelineModel
import PluginKit

/// Reads single deliveries from GitHub's log, a few at a time: after a day away there may be thousands.
struct GitHubDeliveryReader: Sendable {
    let list: GitHubDeliveryList
    /// GitHub allows a hundred calls at a time, of all that use the credential.
    private static let atATime = 8

    private typealias Outcome = (index: Int, result: Result<LoggedDelivery?, FailureDetails>)

    /// In the order that they are given in, without those that GitHub has dropped from its log, wholly or
    /// but for the entry.
    func deliveries(_ attempts: [GitHubDeliveryList.Attempt]) async throws(FailureDetails) -> [LoggedDelivery] {
        let outcomes = await withTaskGroup(of: Outcome.self, returning: [Outcome].self) { group in
            var waiting = attempts.enumerated().makeIterator()
            func addNext() {
                guard let (index, attempt) = waiting.next() else { return }
                group.addTask { (index, await self.result(attempt)) }
            }
            for _ in 0..<Self.atATime { addNext() }
            var outcomes: [Outcome] = []
            while let outcome = await group.next() {
                outcomes.append(outcome)
                // Nobody wants the rest.
                if case .failure = outcome.result { break }
                addNext()
            }
            group.cancelAll()
            return outcomes
        }
        var found: [LoggedDelivery] = []
        if case .failure(let failure) = outcomes.last?.result { throw failure }
        for outcome in outcomes.sorted(by: { $0.index < $1.index }) {
            if let delivery = try outcome.result.get() { found.append(delivery) }
        }
        return found
    }

    private func result(_ attempt: GitHubDeliveryList.Attempt) async -> Result<LoggedDelivery?, FailureDetails> {
        do throws(FailureDetails) {
            return .success(try await delivery(attempt))
        } catch {
            return .failure(error)
        }
    }

    private func delivery(_ attempt: GitHubDeliveryList.Attempt) async throws(FailureDetails) -> LoggedDelivery? {
        let answer = try await list.api.call("GET", "\(list.path)/\(attempt.id)")
        if answer.status == 404 { return nil }
        let text = try answer.expect([200]).body
        guard let whole = try? JSONSerialization.jsonObject(with: text) as? [String: Any],
            let request = whole["request"] as? [String: Any]
        else { throw FailureDetails(.systemUnavailable, "\(answer.call): the answer is no delivery") }
        // One that GitHub keeps without its payload must not keep back the others.
        guard let payload = request["payload"] as? [String: Any],
            let body = try? JSONSerialization.data(withJSONObject: payload, options: .withoutEscapingSlashes)
        else { return nil }
        let headers = Self.headers(request["headers"] as? [String: Any] ?? [:], attempt)
        let delivery = WebhookDelivery(headers: headers, body: body)
        let event = attempt.event ?? delivery.header("X-GitHub-Event") ?? ""
        return LoggedDelivery(id: attempt.guid, event: event, delivery: delivery)
    }

    /// As they were sent. GitHub shows a form's payload as JSON, and so it comes here.
    private static func headers(
        _ sent: [String: Any], _ attempt: GitHubDeliveryList.Attempt
    ) -> [(name: String, value: String)] {
        let replaced: Set<String> = ["content-type", "content-length", "x-github-delivery"]
        var headers = sent.compactMap { name, value -> (name: String, value: String)? in
            replaced.contains(name.lowercased()) ? nil : (value as? String).map { (name, $0) }
        }
        headers.sort { $0.name < $1.name }
        return headers + [("Content-Type", "application/json"), ("X-GitHub-Delivery", attempt.guid)]
    }
}
