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
    /// Seconds since 1970, for signatures that carry a time.
    let now: Double

    func check(_ delivery: WebhookDelivery) -> Verdict {
        let event = delivery.header(firstOf: hook.scheme.eventHeaders) ?? ""
        if case .secrets(let secrets) = hook.authentication,
            let reason = complaint(hook.scheme.signature, delivery, secrets)
        {
            return .refused(reason: reason)
        }
        return .verified(VerifiedDelivery(verified: delivery, event: event))
    }

    /// Why the delivery isn't let in; `nil` when it is. Every secret is tried, so the time tells nothing about which
    /// one it was.
    private func complaint(
        _ signature: WebhookSignature, _ delivery: WebhookDelivery, _ secrets: [Data]
    ) -> String? {
        switch signature {
        case .hmacSHA256(let header, let prefix, let text):
            return hmac(delivery, header: header, prefix: prefix, of: text, secrets)
        case .token(let header):
            guard let value = delivery.header(header), !value.isEmpty else { return "the header \(header) is missing" }
            return Self.isOne(of: secrets, value) ? nil : "the token in \(header) is not the hook's"
        case .authorization:
            return authorization(delivery.header("Authorization"), secrets)
        case .standardWebhooks(let tolerance):
            return StandardWebhooks(delivery: delivery, now: now, tolerance: tolerance).complaint(secrets)
        case .firstPresent(let signatures):
            guard let first = signatures.first(where: { delivery.header($0.header) != nil }) else {
                let headers = signatures.map(\.header).joined(separator: " and ")
                return "the headers \(headers) are missing"
            }
            return complaint(first, delivery, secrets)
        }
    }

    private func hmac(
        _ delivery: WebhookDelivery, header: String, prefix: String, of text: WebhookSignature.SignedText,
        _ secrets: [Data]
    ) -> String? {
        guard let value = delivery.header(header) else { return "the header \(header) is missing" }
        guard value.hasPrefix(prefix), let code = Data(hex: value.dropFirst(prefix.count)), !code.isEmpty else {
            return "the header \(header) does not hold '\(prefix)' and a hexadecimal digest"
        }
        guard let signed = Self.bytes(of: text, in: delivery) else { return "the signed form field is missing" }
        let matches = secrets.map { secret in
            HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: signed, using: SymmetricKey(data: secret))
        }
        return matches.contains(true) ? nil : "the signature in \(header) does not match the body"
    }

    private static func bytes(of text: WebhookSignature.SignedText, in delivery: WebhookDelivery) -> Data? {
        guard case .formField(let name) = text,
            delivery.header("Content-Type")?.lowercased().hasPrefix("application/x-www-form-urlencoded") == true
        else { return delivery.body }
        return FormField.value(of: name, in: delivery.body)
    }

    private func authorization(_ value: String?, _ secrets: [Data]) -> String? {
        guard let value else { return "the header Authorization is missing" }
        if value.hasPrefix("Bearer ") {
            return Self.isOne(of: secrets, String(value.dropFirst(7))) ? nil : "the bearer token is not the hook's"
        }
        guard value.hasPrefix("Basic "), let pair = Data(base64Encoded: String(value.dropFirst(6))),
            let colon = pair.firstIndex(of: UInt8(ascii: ":"))
        else { return "the header Authorization holds neither 'Basic user:password' nor 'Bearer token'" }
        let password = String(decoding: pair[pair.index(after: colon)...], as: UTF8.self)
        return Self.isOne(of: secrets, password) ? nil : "the password in Authorization is not the hook's"
    }

    /// In a time that depends on neither: digests are compared, not the texts.
    private static func isOne(of secrets: [Data], _ text: String) -> Bool {
        let key = SymmetricKey(size: .bits256)
        let given = HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key)
        let matches = secrets.map { HMAC<SHA256>.authenticationCode(for: $0, using: key) == given }
        return matches.contains(true)
    }
}

extension WebhookSignature {
    /// Whether the delivery brings anything that is to prove it.
    func isAttempted(by delivery: WebhookDelivery) -> Bool {
        if case .firstPresent(let signatures) = self { return signatures.contains { $0.isAttempted(by: delivery) } }
        return delivery.header(header) != nil
    }

    /// The header that says whether a delivery proves itself this way.
    var header: String {
        switch self {
        case .hmacSHA256(let header, _, _), .token(let header): header
        case .authorization: "Authorization"
        case .standardWebhooks: "webhook-signature"
        case .firstPresent(let signatures): signatures.first?.header ?? ""
        }
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
