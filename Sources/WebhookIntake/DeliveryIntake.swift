import Crypto
import Foundation
package import Logging
package import PipelineEngine
package import PipelineModel
package import PluginKit

/// The straight line of a delivery: gate → translator → matchmaker → ledger. The answer follows the commit.
package struct DeliveryIntake: Sendable {
    private let hooks: any HookDirectory
    private let webhooks: WebhookCalls?
    private let ledger: any Ledger
    private let webhookARN: @Sendable (String) -> String
    private let refusals: RefusalBudget
    private let now: @Sendable () -> Double
    private let logger: Logger

    /// - Parameters:
    ///   - webhooks: what PutWebhook made; asked where `hooks` knows none.
    ///   - webhookARN: the ARN of a hook by its name.
    package init(
        hooks: any HookDirectory, webhooks: WebhookCalls? = nil, ledger: any Ledger,
        webhookARN: @escaping @Sendable (String) -> String,
        now: @escaping @Sendable () -> Double, logger: Logger
    ) {
        self.hooks = hooks
        self.webhooks = webhooks
        self.ledger = ledger
        self.webhookARN = webhookARN
        self.refusals = RefusalBudget()
        self.now = now
        self.logger = logger
    }

    /// Takes a delivery in. A 2xx answer means that it is on disk.
    package func accept(_ delivery: WebhookDelivery, at id: HookID) async -> IntakeAnswer {
        guard let hook = hooks.hook(id) else {
            if let answer = await webhooks?.accept(delivery, at: id) { return answer }
            return await refuse(
                delivery, at: id, hook: nil, answer: .unknownHook,
                reason: "no hook has this id; see penstock hooks list")
        }
        let verified: VerifiedDelivery
        switch SignatureGate(hook: hook, now: now()).check(delivery) {
        case .verified(let delivery): verified = delivery
        case .refused(let reason):
            return await refuse(delivery, at: id, hook: hook, answer: .wrongSignature, reason: reason)
        }
        do throws(PayloadError) {
            let parsed = try hook.parse(verified)
            return await record(verified, parsed: parsed, hook: hook, replayOf: nil).answer
        } catch {
            let answer: IntakeAnswer =
                switch error {
                case .notJSON: .notJSON
                case .unexpectedShape: .unexpectedPayload
                }
            return await refuse(delivery, at: id, hook: hook, answer: answer, reason: error.description)
        }
    }

    /// Journals a delivery whose body was larger than the door lets in; the body itself was not read.
    package func refuseTooLarge(headers: [(name: String, value: String)], limit: Int, at id: HookID) async
        -> IntakeAnswer
    {
        if hooks.hook(id) == nil,
            let answer = await webhooks?.refuseTooLarge(headers: headers, limit: limit, at: id)
        {
            return answer
        }
        return await refuse(
            WebhookDelivery(headers: headers, body: Data()), at: id, hook: hooks.hook(id), answer: .tooLarge,
            reason: "the body is larger than \(limit) bytes")
    }

    /// Runs a journaled delivery again by hand, past the check for repeated ids.
    ///
    /// - Throws: ``ReplayError`` when the entry can't be replayed.
    package func replay(_ entry: JournalEntry) async throws(ReplayError) -> DeliveryReceipt {
        guard let body = entry.body, entry.outcome == "accepted" || entry.outcome == "ignored" else {
            throw .notAccepted(outcome: entry.outcome)
        }
        guard let hook = hooks.hook(entry.hook) else {
            if let receipt = try await webhooks?.replay(entry, body: body) { return receipt }
            throw .hookIsGone(entry.hookName)
        }
        // It was verified when it came in; the signature itself is not kept.
        let delivery = VerifiedDelivery(
            verified: WebhookDelivery(headers: entry.headers.map { ($0.key, $0.value) }, body: body), event: entry.event
        )
        let parsed: ParsedDelivery
        do { parsed = try hook.parse(delivery) } catch { throw .unreadable(error.description) }
        switch await record(delivery, parsed: parsed, hook: hook, replayOf: entry.sequence) {
        case .recorded(let receipt, _): return receipt
        case .failed(let reason): throw .storageFailed(reason)
        }
    }

    private enum Recording {
        case recorded(DeliveryReceipt, ignored: Bool)
        case failed(String)

        var answer: IntakeAnswer {
            switch self {
            case .recorded(let receipt, _) where receipt.isDuplicate: .duplicate
            case .recorded(_, let ignored): ignored ? .ignored : .accepted
            case .failed: .storageUnavailable
            }
        }
    }

    private func record(
        _ verified: VerifiedDelivery, parsed: ParsedDelivery, hook: Hook, replayOf: Int64?
    ) async -> Recording {
        let content: Delivery.Content =
            if let reason = parsed.ignored { .ignored(reason: reason) } else { .events(parsed.events) }
        let matchmaker = Matchmaker(hook: hook, webhookARN: webhookARN(hook.name))
        var journaled = journaledDelivery(verified.delivery, at: hook.id, hook: hook, content: content)
        journaled.replayOf = replayOf
        do {
            let receipt = try await ledger.record(journaled) { matchmaker.verdict(on: $0, for: $1) }
            return .recorded(receipt, ignored: parsed.ignored != nil)
        } catch {
            logger.error("a delivery could not be committed", metadata: ["hook": "\(hook.name)", "reason": "\(error)"])
            return .failed("\(error)")
        }
    }

    /// Journals a refusal, within a budget: whoever has no secret must not be able to fill the disk.
    private func refuse(
        _ delivery: WebhookDelivery, at id: HookID, hook: Hook?, answer: IntakeAnswer, reason: String
    ) async -> IntakeAnswer {
        guard refusals.allows(at: now()) else { return answer }
        var journaled = journaledDelivery(
            delivery, at: id, hook: hook, content: .refused(code: answer.code, reason: reason))
        // Only a verified sender's bytes are kept.
        if answer != .notJSON && answer != .unexpectedPayload { journaled.body = Data() }
        do {
            _ = try await ledger.record(journaled) { _, _ in .no(reason: reason) }
        } catch {
            logger.error(
                "a refusal could not be journaled", metadata: ["code": "\(answer.code)", "reason": "\(error)"])
        }
        return answer
    }

    private func journaledDelivery(
        _ delivery: WebhookDelivery, at id: HookID, hook: Hook?, content: Delivery.Content
    ) -> Delivery {
        let deliveryID = hook.flatMap { delivery.header(firstOf: $0.scheme.deliveryIDHeaders) }.map {
            String($0.prefix(200))
        }
        return Delivery(
            hook: HookID(String(id.rawValue.prefix(100))), hookName: hook?.name ?? "",
            provider: hook?.scheme.name ?? "", deliveryID: deliveryID ?? Self.digest(of: delivery.body),
            event: hook.flatMap { delivery.header(firstOf: $0.scheme.eventHeaders) } ?? "", receivedAt: now(),
            headers: JournaledHeaders.kept(of: delivery.headers), body: delivery.body, content: content)
    }

    private static func digest(of body: Data) -> String {
        "sha256:"
            + SHA256.hash(data: body).map { byte in
                let text = String(byte, radix: 16)
                return text.count == 1 ? "0" + text : text
            }.joined()
    }
}

/// Why a journaled delivery can't be replayed.
package enum ReplayError: Error, Sendable, Equatable, CustomStringConvertible {
    case notAccepted(outcome: String)
    case hookIsGone(String)
    case unreadable(String)
    case storageFailed(String)

    package var description: String {
        switch self {
        case .notAccepted(let outcome):
            "only accepted deliveries can be replayed; the outcome of this one was '\(outcome)'"
        case .hookIsGone(let name): "the hook '\(name)' is no longer in the configuration"
        case .unreadable(let reason): reason
        case .storageFailed(let reason): reason
        }
    }
}
