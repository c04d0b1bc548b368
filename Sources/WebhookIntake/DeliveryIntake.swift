import Crypto
import Foundation
package import Logging
package import PipelineEngine
package import PipelineModel
package import PluginKit

/// The straight line of a delivery: gate → translator → matchmaker → ledger. The answer follows the commit.
package struct DeliveryIntake: Sendable {
    let hooks: any HookDirectory
    let webhooks: WebhookCalls?
    let connections: any Connections
    let ledger: any Ledger
    let webhookARN: @Sendable (String) -> String
    private let refusals: RefusalBudget
    let now: @Sendable () -> Double
    let logger: Logger

    /// - Parameters:
    ///   - webhooks: what PutWebhook made; asked where `hooks` knows none.
    ///   - connections: for replays of what was found at a connection without a hook.
    ///   - webhookARN: the ARN of a hook by its name.
    package init(
        hooks: any HookDirectory, webhooks: WebhookCalls? = nil, connections: any Connections, ledger: any Ledger,
        webhookARN: @escaping @Sendable (String) -> String,
        now: @escaping @Sendable () -> Double, logger: Logger
    ) {
        self.hooks = hooks
        self.webhooks = webhooks
        self.connections = connections
        self.ledger = ledger
        self.webhookARN = webhookARN
        self.refusals = RefusalBudget()
        self.now = now
        self.logger = logger
    }

    /// Takes a delivery in. A 2xx answer means that it is on disk.
    package func accept(_ delivery: WebhookDelivery, at id: HookID) async -> IntakeReply {
        guard let hook = hooks.hook(id) else {
            if let answer = await webhooks?.accept(delivery, at: id) { return IntakeReply(answer) }
            return await refuse(
                delivery, at: id, hook: nil, answer: .unknownHook,
                reason: "no hook has this id; see penstock hooks list")
        }
        if let reason = hook.complaint(about: delivery.remoteAddress) {
            return await refuse(delivery, at: id, hook: hook, answer: .wrongAddress, reason: reason)
        }
        if hook.isUnsignedTest(delivery) {
            return await refuse(delivery, at: id, hook: hook, answer: .unsignedTest, reason: "unsigned test event")
        }
        switch SignatureGate(hook: hook, now: now()).check(delivery) {
        case .verified(let verified): return await take(verified, at: hook)
        case .refused(let reason):
            return await refuse(delivery, at: id, hook: hook, answer: .wrongSignature, reason: reason)
        }
    }

    private func take(_ verified: VerifiedDelivery, at hook: Hook) async -> IntakeReply {
        let reading: Hook.Reading
        do {
            reading = try hook.read(verified)
        } catch {
            let answer: IntakeAnswer =
                switch error {
                case .notJSON: .notJSON
                case .unexpectedShape: .unexpectedPayload
                }
            return await refuse(
                verified.delivery, at: hook.id, hook: hook, answer: answer, reason: error.description)
        }
        let delivery = journaled(verified.delivery, at: hook.id, hook: hook, content: reading.content)
        switch await record(delivery, hook: hook) {
        case .success(let receipt): return reply(receipt, to: delivery, reading, of: hook)
        case .failure: return IntakeReply(.storageUnavailable)
        }
    }

    private func reply(
        _ receipt: DeliveryReceipt, to delivery: Delivery, _ reading: Hook.Reading, of hook: Hook
    ) -> IntakeReply {
        var answer = IntakeAnswer.accepted
        var reason: String?
        if case .ignored(let why) = reading { (answer, reason) = (.ignored, why) }
        if receipt.isDuplicate { answer = .duplicate }
        // Who proves nothing learns nothing.
        guard case .secrets = hook.authentication else { return IntakeReply(answer) }
        return IntakeReply(answer, DeliveryVerdict(receipt, deliveryID: delivery.deliveryID, reason: reason))
    }

    /// Journals a delivery whose body was larger than the door lets in; the body itself was not read.
    package func refuseTooLarge(headers: [(name: String, value: String)], limit: Int, at id: HookID) async
        -> IntakeReply
    {
        if hooks.hook(id) == nil,
            let answer = await webhooks?.refuseTooLarge(headers: headers, limit: limit, at: id)
        {
            return IntakeReply(answer)
        }
        return await refuse(
            WebhookDelivery(headers: headers, body: Data()), at: id, hook: hooks.hook(id), answer: .tooLarge,
            reason: "the body is larger than \(limit) bytes")
    }

    func record(_ delivery: Delivery, hook: Hook) async -> Result<DeliveryReceipt, any Error> {
        let matchmaker = Matchmaker(hook: hook, webhookARN: webhookARN(hook.name))
        do {
            return .success(try await ledger.record(delivery) { matchmaker.verdict(on: $0, for: $1) })
        } catch {
            logger.error("a delivery could not be committed", metadata: ["hook": "\(hook.name)", "reason": "\(error)"])
            return .failure(error)
        }
    }

    /// Journals a refusal, within a budget: whoever has no secret must not be able to fill the disk.
    private func refuse(
        _ delivery: WebhookDelivery, at id: HookID, hook: Hook?, answer: IntakeAnswer, reason: String
    ) async -> IntakeReply {
        guard refusals.allows(at: now()) else { return IntakeReply(answer) }
        var journaled = journaled(
            delivery, at: id, hook: hook, content: .refused(code: answer.code, reason: reason))
        // Only a verified sender's bytes are kept.
        if !answer.isAboutVerified { journaled.body = Data() }
        if case .secrets = hook?.authentication { journaled.isParked = answer == .unexpectedPayload }
        do {
            _ = try await ledger.record(journaled) { _, _ in .no(reason: reason) }
        } catch {
            logger.error(
                "a refusal could not be journaled", metadata: ["code": "\(answer.code)", "reason": "\(error)"])
        }
        return IntakeReply(answer)
    }

    func journaled(
        _ delivery: WebhookDelivery, at id: HookID, hook: Hook?, content: Delivery.Content
    ) -> Delivery {
        let deliveryID = hook.flatMap { delivery.header(firstOf: $0.scheme.deliveryIDHeaders) }.map {
            String($0.prefix(200))
        }
        return Delivery(
            hook: HookID(String(id.rawValue.prefix(100))), hookName: hook?.name ?? "",
            provider: hook?.scheme.name ?? "", deliveryID: deliveryID ?? Self.digest(of: delivery.body),
            event: hook.flatMap { delivery.header(firstOf: $0.scheme.eventHeaders) } ?? "", receivedAt: now(),
            headers: JournaledHeaders.kept(of: delivery.headers), body: delivery.body, content: content,
            connection: hook?.connection.arn, rules: hook?.rules ?? [])
    }

    private static func digest(of body: Data) -> String {
        "sha256:"
            + SHA256.hash(data: body).map { byte in
                let text = String(byte, radix: 16)
                return text.count == 1 ? "0" + text : text
            }.joined()
    }
}
