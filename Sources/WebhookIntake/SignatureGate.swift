import Crypto
import Foundation
import PluginKit

/// The gate: checks the raw bytes before anything reads them.
struct SignatureGate {
    enum Verdict {
        case verified(VerifiedDelivery)
        case refused(reason: String)
    }

    let hook: Hook

    func check(_ delivery: WebhookDelivery) -> Verdict {
        switch hook.authentication {
        case .unauthenticated: verified(delivery)
        case .secrets(let secrets): check(delivery, secrets: secrets)
        }
    }

    private func check(_ delivery: WebhookDelivery, secrets: [Data]) -> Verdict {
        switch hook.provider.signature {
        case .hmacSHA256(let header, let prefix):
            guard let value = delivery.header(header) else {
                return .refused(reason: "the header \(header) is missing")
            }
            guard value.hasPrefix(prefix), let code = Data(hex: value.dropFirst(prefix.count)) else {
                return .refused(reason: "the header \(header) does not hold '\(prefix)' and a hexadecimal digest")
            }
            // Every secret is tried, so the time tells nothing about which one it was.
            let matches = secrets.map { secret in
                HMAC<SHA256>.isValidAuthenticationCode(
                    code, authenticating: delivery.body, using: SymmetricKey(data: secret))
            }
            return matches.contains(true)
                ? verified(delivery) : .refused(reason: "the signature in \(header) does not match the body")
        }
    }

    private func verified(_ delivery: WebhookDelivery) -> Verdict {
        .verified(VerifiedDelivery(verified: delivery, event: delivery.header(hook.provider.eventHeader) ?? ""))
    }
}

extension Data {
    /// Bytes written as pairs of hexadecimal digits; `nil` for anything else.
    init?(hex text: Substring) {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes = [UInt8]()
        bytes.reserveCapacity(digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.nibble(digits[index]), let low = Self.nibble(digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        self.init(bytes)
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
