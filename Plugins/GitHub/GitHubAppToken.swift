import Crypto
import CryptoExtras
import Foundation
import PipelineModel

/// By what a GitHub App shows who it is: a JWT, signed with RS256 by the App's private key.
struct GitHubAppToken {
    private let app: String
    private let key: _RSA.Signing.PrivateKey

    /// - Parameters:
    ///   - app: the App's id, or its client id.
    ///   - privateKey: PEM, as GitHub gives it (PKCS #1) or as PKCS #8.
    ///   - connection: for messages.
    /// - Throws: `configurationError`, without a word of the key.
    init(app: String, privateKey: String, connection: String) throws(FailureDetails) {
        self.app = app
        let pem = privateKey.replacingOccurrences(of: "\r\n", with: "\n")
            .trimmingCharacters(in: .whitespacesAndNewlines)
        do {
            key = try _RSA.Signing.PrivateKey(pemRepresentation: pem)
        } catch {
            throw FailureDetails(
                .configurationError,
                "the private_key of the connection '\(connection)' is no RSA key of 2048 bits or more in PEM; give "
                    + "the file that GitHub made for the App, without a password")
        }
    }

    /// Good for ten minutes, the longest that GitHub takes, of which one lies behind: clocks differ.
    func text(at now: Date) throws(FailureDetails) -> String {
        let second = Int(now.timeIntervalSince1970)
        do {
            let claims = try JSONEncoder().encode(Claims(iat: second - 60, exp: second + 540, iss: app))
            let signed = Self.encoded(Data(#"{"alg":"RS256","typ":"JWT"}"#.utf8)) + "." + Self.encoded(claims)
            let digest = SHA256.hash(data: Data(signed.utf8))
            let signature = try key.signature(for: digest, padding: .insecurePKCS1v1_5)
            return signed + "." + Self.encoded(signature.rawRepresentation)
        } catch {
            throw FailureDetails(.configurationError, "the private_key of the App can't sign: \(error)")
        }
    }

    private struct Claims: Encodable {
        let iat: Int
        let exp: Int
        let iss: String
    }

    private static func encoded(_ bytes: Data) -> String {
        bytes.base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }
}
