import Crypto
import Foundation

/// What a signature is valid for: one day, region and service.
package struct CredentialScope: Sendable, Hashable, CustomStringConvertible {
    static let terminator = "aws4_request"

    /// `yyyyMMdd`.
    package let date: String
    package let region: String
    package let service: String

    package init(date: String, region: String, service: String) {
        self.date = date
        self.region = region
        self.service = service
    }

    package var description: String { "\(date)/\(region)/\(service)/\(Self.terminator)" }

    /// The key of the last of the four HMACs.
    func signingKey(secret: String) -> SymmetricKey {
        [date, region, service, Self.terminator].reduce(SymmetricKey(data: Data("AWS4\(secret)".utf8))) { key, part in
            SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Data(part.utf8), using: key))
        }
    }
}
