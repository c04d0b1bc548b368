/// Why a request's signature was refused, in AWS's words.
///
/// `code` is the exception of the JSON protocols, which answer it with status 400.
package enum SignatureError: Error, Sendable, Equatable, CustomStringConvertible {
    case missingToken
    /// The `Authorization` header, or the date that it needs, is absent or malformed.
    case incomplete(String)
    case unknownKey
    /// A temporary key came without its token, or with another one.
    case unknownToken
    case expiredToken
    case expired(signed: String, limit: String, now: String)
    case notYetCurrent(signed: String, limit: String, now: String)
    case dateMismatch(scope: String, time: String)
    case wrongRegion(String, expected: String)
    case wrongService(String, expected: [String])
    case absentHeader(String)
    case unsignedHeaders([String])
    case payloadHashMismatch
    case mismatch

    package var code: String {
        switch self {
        case .missingToken: "MissingAuthenticationTokenException"
        case .incomplete: "IncompleteSignatureException"
        case .unknownKey, .unknownToken: "UnrecognizedClientException"
        case .expiredToken: "ExpiredTokenException"
        default: "InvalidSignatureException"
        }
    }

    package var message: String {
        switch self {
        case .missingToken: "Missing Authentication Token"
        case .incomplete(let reason): reason
        case .unknownKey, .unknownToken: "The security token included in the request is invalid."
        case .expiredToken: "The security token included in the request is expired"
        case .expired(let signed, let limit, let now):
            "Signature expired: \(signed) is now earlier than \(limit) (\(now) - 15 min.)"
        case .notYetCurrent(let signed, let limit, let now):
            "Signature not yet current: \(signed) is still later than \(limit) (\(now) + 15 min.)"
        case .dateMismatch(let scope, let time):
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
                + "'\(scope)' != '\(time.prefix(8))', from '\(time)'."
        case .wrongRegion(let region, let expected):
            "Credential should be scoped to a valid region, not '\(region)'. This gateway's region is '\(expected)'."
        case .wrongService(_, let expected):
            "Credential should be scoped to correct service: "
                + expected.map { "'\($0)'" }.joined(separator: ", ") + "."
        case .absentHeader(let name): "SignedHeaders names '\(name)', which the request does not have."
        case .unsignedHeaders(["host"]):
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
        case .unsignedHeaders(let names):
            "There were headers present in the request which were not signed: \(names.joined(separator: ", "))"
        case .payloadHashMismatch: "The provided 'x-amz-content-sha256' header does not match what was computed."
        case .mismatch:
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
                + "Access Key and signing method. Consult the service documentation for details."
        }
    }

    package var description: String { "\(code): \(message)" }
}
