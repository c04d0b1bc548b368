import Crypto
import Foundation
import PipelineEngine
import PluginKit

/// The gate of a webhook that PutWebhook made: checks the delivery before anything reads it.
struct WebhookGate {
    let webhook: Webhook
    /// Whether GitHub's older signature, by SHA-1, is good enough where the newer one is missing.
    let allowsSHA1: Bool

    /// Why the delivery isn't let in, and what the sender is told; `nil` when it is.
    func refusal(of delivery: WebhookDelivery) -> (answer: IntakeAnswer, reason: String)? {
        switch webhook.authentication {
        case .unauthenticated: nil
        case .unusable(let reason): (.wrongSignature, reason)
        case .addressRange(let range): complaint(range, delivery.remoteAddress).map { (.wrongAddress, $0) }
        case .gitHubHMAC(let secret): complaint(secret, delivery).map { (.wrongSignature, $0) }
        }
    }

    private func complaint(_ range: AllowedIPRange, _ address: String?) -> String? {
        guard let address else { return "the sender's address is not known" }
        return range.contains(address) ? nil : "the sender's address \(address) is outside of AllowedIPRange"
    }

    private func complaint(_ secret: Data, _ delivery: WebhookDelivery) -> String? {
        let key = SymmetricKey(data: secret)
        if let value = delivery.header("X-Hub-Signature-256") {
            guard let code = Self.digest(value, "sha256=") else { return malformed("X-Hub-Signature-256") }
            let isGood = HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: delivery.body, using: key)
            return isGood ? nil : "the signature in X-Hub-Signature-256 does not match the body"
        }
        guard let value = delivery.header("X-Hub-Signature") else {
            return "the header X-Hub-Signature-256 is missing"
        }
        guard allowsSHA1 else {
            return "the delivery is signed with SHA-1 only (X-Hub-Signature); 'webhooks: {allow_sha1: true}' lets it in"
        }
        guard let code = Self.digest(value, "sha1=") else { return malformed("X-Hub-Signature") }
        let isGood = HMAC<Insecure.SHA1>.isValidAuthenticationCode(code, authenticating: delivery.body, using: key)
        return isGood ? nil : "the signature in X-Hub-Signature does not match the body"
    }

    private static func digest(_ value: String, _ prefix: String) -> Data? {
        guard value.hasPrefix(prefix), let code = Data(hex: value.dropFirst(prefix.count)), !code.isEmpty else {
            return nil
        }
        return code
    }

    private func malformed(_ header: String) -> String {
        "the header \(header) does not hold its prefix and a hexadecimal digest"
    }
}
