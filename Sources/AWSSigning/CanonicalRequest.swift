import Crypto
import Foundation

/// The text that both sides derive from a request, and the text over it that is signed.
///
/// S3 signs the path encoded once and otherwise as it is; every other service normalises it and encodes it twice.
struct CanonicalRequest {
    let request: SigningRequest
    let scope: CredentialScope
    /// Lower case, sorted.
    let signedHeaders: [String]
    /// The body's hash, or what stands for it.
    let payloadHash: String

    var text: String {
        [
            request.method.uppercased(), path, query,
            signedHeaders.map { "\($0):\(value(of: $0))\n" }.joined(),
            signedHeaders.joined(separator: ";"), payloadHash,
        ].joined(separator: "\n")
    }

    func stringToSign(at time: String) -> String {
        let digest = PayloadHash.hex(SHA256.hash(data: Data(text.utf8)))
        return "AWS4-HMAC-SHA256\n\(time)\n\(scope)\n\(digest)"
    }

    private var path: String {
        if scope.service == "s3" {
            return PercentEncoding.encode(bytes: PercentEncoding.decode(request.path), keepingSlashes: true)
        }
        return PercentEncoding.encode(Self.normalized(request.path), keepingSlashes: true)
    }

    private var query: String {
        let pairs = request.query.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (
                name: PercentEncoding.encode(bytes: PercentEncoding.decode(parts[0])),
                value: parts.count > 1 ? PercentEncoding.encode(bytes: PercentEncoding.decode(parts[1])) : ""
            )
        }
        // Encoded texts are ASCII, where Swift's order is the code points' order.
        return pairs.sorted { ($0.name, $0.value) < ($1.name, $1.value) }
            .map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    }

    private func value(of header: String) -> String {
        request.values(of: header)
            .map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
            .joined(separator: ",")
    }

    /// Without empty and `.` segments and with each `..` and its parent gone; a last `/` stays.
    static func normalized(_ path: String) -> String {
        var kept: [Substring] = []
        for segment in path.split(separator: "/") {
            switch segment {
            case ".": continue
            case "..": _ = kept.popLast()
            default: kept.append(segment)
            }
        }
        let end = path.hasSuffix("/") && !kept.isEmpty ? "/" : ""
        return "/" + kept.joined(separator: "/") + end
    }
}
