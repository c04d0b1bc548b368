import AWSSigning
import AWSWire
import Foundation
import Hummingbird
import HTTPTypes
import NIOCore

/// STS in the AWS Query protocol, as far as clients need it to see who they are.
struct STSDoor {
    static let namespace = "https://sts.amazonaws.com/doc/2011-06-15/"

    let account: String

    private struct CallerIdentity: Encodable {
        var arn: String
        var userID: String
        var account: String
        enum CodingKeys: String, CodingKey {
            case arn = "Arn"
            case userID = "UserId"
            case account = "Account"
        }
    }

    func answer(_ body: Data, caller: String, requestID: String) -> Response {
        do {
            let request = try QueryRequest(form: body)
            guard request.action == "GetCallerIdentity" else {
                return Self.refusal(
                    code: "InvalidAction",
                    message: "The action \(request.action) is not available in this version of Penstock.",
                    status: 400, requestID: requestID)
            }
            let identity = CallerIdentity(
                arn: caller, userID: caller.split(separator: "/").last.map(String.init) ?? caller, account: account)
            let response = try QueryResponse(
                action: request.action, namespace: Self.namespace, result: identity, requestID: requestID)
            return Response(response.status, headers: response.headers, body: response.body)
        } catch let error as WireError {
            let code =
                switch error {
                case .unknownOperation: "MissingAction"
                case .serialization: "MalformedQueryString"
                }
            return Self.refusal(code: code, message: error.message, status: 400, requestID: requestID)
        } catch {
            return Self.refusal(
                code: "InternalFailure", message: "The answer could not be written.", status: 500, requestID: requestID)
        }
    }

    /// The Query protocols name some of these errors otherwise than the JSON ones (IAM's "Common errors").
    static func refusal(_ error: SignatureError, requestID: String) -> Response {
        let code =
            switch error {
            case .missingToken: "MissingAuthenticationToken"
            case .incomplete: "IncompleteSignature"
            case .unknownKey, .unknownToken: "InvalidClientTokenId"
            case .expiredToken: "ExpiredToken"
            default: "SignatureDoesNotMatch"
            }
        return refusal(code: code, message: error.message, status: 403, requestID: requestID)
    }

    static func refusal(code: String, message: String, status: Int, requestID: String) -> Response {
        do {
            let response = try QueryResponse(
                errorCode: code, message: printable(message), status: status, namespace: namespace, requestID: requestID
            )
            return Response(response.status, headers: response.headers, body: response.body)
        } catch {
            return Response(status, "\(code)\n")
        }
    }

    /// What the sender wrote comes back in messages; XML can't hold control characters, not even escaped.
    private static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    scalar.value < 0x20 || (0xFFFE...0xFFFF).contains(scalar.value) ? "\u{FFFD}" : scalar
                }))
    }
}
