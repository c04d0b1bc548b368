import AWSWire
import CodePipelineAPI
import Foundation
import PipelineEngine
import PipelineModel
import PluginKit
import WebhookIntake

/// The journal of deliveries.
extension PenstockOperations {
    func listDeliveries(_ input: JSONValue) async throws -> DeliveryList {
        let limit = try Self.number("maxResults", in: input) ?? 50
        guard (1...1000).contains(limit) else {
            throw APIError("ValidationException", "maxResults must be between 1 and 1000")
        }
        let filter = JournalFilter(
            hook: try Self.text("hook", in: input), outcome: try Self.text("outcome", in: input),
            parkedOnly: input["parked"] == .bool(true), since: try Self.number("since", in: input).map(Double.init))
        let outcomes = IntakeAnswer.journaled.map(\.code)
        if let outcome = filter.outcome, !outcomes.contains(outcome) {
            throw APIError(
                "ValidationException", "outcome must be one of \(outcomes.joined(separator: ", ")), not '\(outcome)'")
        }
        if let hook = filter.hook { try await checkHook(hook) }
        let entries = try await gateway.deliveries.journal(
            filter, before: try Self.number("before", in: input), limit: Int(limit))
        return DeliveryList(deliveries: entries.map { DeliveryView($0) })
    }

    /// A slip of the pen is told from a hook that nothing has come in at. One that is gone is known by its deliveries.
    private func checkHook(_ hook: String) async throws {
        let webhooks = try await gateway.registry.all(WebhookRecord.self).map(\.record)
        let hooks = gateway.hooks
        let known = hooks.map(\.name) + webhooks.map(\.name)
        guard !known.contains(hook), !(hooks.map(\.id) + webhooks.map(\.hook)).contains(HookID(hook)) else { return }
        guard try await gateway.deliveries.journal(JournalFilter(hook: hook), before: nil, limit: 1).isEmpty else {
            return
        }
        let others = known.isEmpty ? "there is none" : "there are: \(known.sorted().joined(separator: ", "))"
        throw APIError("ResourceNotFoundException", "There is no hook '\(hook)'; \(others)")
    }

    private func entry(_ input: JSONValue) async throws -> JournalEntry {
        guard let sequence = try Self.number("sequence", in: input) else {
            throw APIError(
                "ValidationException", "sequence must be the number of a delivery; see penstock deliveries list")
        }
        guard let entry = try await gateway.ledger.journalEntry(sequence) else {
            throw APIError("ResourceNotFoundException", "There is no delivery \(sequence) in the journal")
        }
        return entry
    }

    func delivery(_ input: JSONValue) async throws -> DeliveryView {
        let entry = try await entry(input)
        var view = DeliveryView(entry)
        view.events = gateway.intake.events(of: entry)
        return view
    }

    /// What the delivery says, in an envelope for other systems.
    func deliveryEvents(_ input: JSONValue) async throws -> DeliveryEvents {
        let entry = try await entry(input)
        let envelopes = (gateway.intake.events(of: entry) ?? []).enumerated().map {
            EventEnvelope(entry: entry, event: $1, index: $0)
        }
        switch try Self.text("format", in: input) ?? "cloudevents" {
        case "cloudevents": return DeliveryEvents(events: envelopes.map(\.cloudEvent))
        case "cdevents":
            return DeliveryEvents(
                events: envelopes.compactMap(\.cdEvent),
                withoutForm: envelopes.filter { $0.cdEvent == nil }.map(\.summary))
        default: throw APIError("ValidationException", "format must be cloudevents or cdevents")
        }
    }

    func replay(_ input: JSONValue) async throws -> ReplayView {
        let entry = try await entry(input)
        let only = try Self.text("pipeline", in: input).map { PipelineName($0) }
        do {
            let receipt = try await gateway.intake.replay(entry, only: only)
            gateway.metrics.count("penstock_deliveries_total", ["outcome": "replayed"])
            return ReplayView(sequence: receipt.sequence, decisions: receipt.decisions.map(DecisionView.init))
        } catch { throw Self.refusal(error) }
    }

    /// What a replay would do; writes nothing.
    func rehearse(_ input: JSONValue) async throws -> RehearsalView {
        let entry = try await entry(input)
        let only = try Self.text("pipeline", in: input).map { PipelineName($0) }
        do {
            let decisions = try await gateway.intake.rehearse(entry, only: only)
            return RehearsalView(
                decisions: decisions.map {
                    RehearsalView.Decision(
                        pipeline: $0.pipeline?.rawValue, wouldStart: $0.wouldStart, reason: $0.reason)
                })
        } catch { throw Self.refusal(error) }
    }

    private static func refusal(_ error: ReplayError) -> APIError {
        if case .noPipeline = error { return APIError("PipelineNotFoundException", error.description) }
        guard case .storageFailed(let reason) = error else { return APIError("ConflictException", error.description) }
        return APIError("InternalFailure", "The delivery could not be stored.", httpStatus: 500, cause: reason)
    }
}
