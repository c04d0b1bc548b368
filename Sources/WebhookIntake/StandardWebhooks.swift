import Crypto
import Foundation
import PluginKit

/// The signature of the Standard Webhooks specification, which GitLab's signing tokens use.
struct StandardWebhooks {
    let delivery: WebhookDelivery
    let now: Double
    /// Seconds.
    let tolerance: Int

    /// Why the delivery isn't let in; `nil` when it is.
    func complaint(_ secrets: [Data]) -> String? {
        guard let id = delivery.header("webhook-id"), let stamp = delivery.header("webhook-timestamp"),
            let signatures = delivery.header("webhook-signature"), !signatures.isEmpty
        else { return "one of the headers webhook-id, webhook-timestamp and webhook-signature is missing" }
        guard let time = Int(stamp), abs(Double(time) - now) <= Double(tolerance) else {
            return "webhook-timestamp is not within \(tolerance) seconds of this machine's clock"
        }
        var text = Data("\(id).\(stamp).".utf8)
        text.append(delivery.body)
        let given = signatures.split(separator: " ").compactMap { part in
            part.hasPrefix("v1,") ? Data(base64Encoded: String(part.dropFirst(3))) : nil
        }
        let matches = secrets.map { secret in
            let key = SymmetricKey(data: Self.key(secret))
            return given.map { HMAC<SHA256>.isValidAuthenticationCode($0, authenticating: text, using: key) }
                .contains(true)
        }
        return matches.contains(true) ? nil : "no signature in webhook-signature matches the body"
    }

    private static func key(_ secret: Data) -> Data {
        let prefix = Data("whsec_".utf8)
        guard secret.starts(with: prefix) else { return secret }
        return Data(base64Encoded: Data(secret.dropFirst(prefix.count))) ?? secret
    }
}
