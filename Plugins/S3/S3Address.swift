import AWSSigning
import Foundation

/// Where a bucket's objects are: `https://HOST/BUCKET/KEY`, or `https://BUCKET.HOST/KEY`.
struct S3Address: Sendable, Equatable {
    let scheme: String
    /// As the `Host` header has it: in lower case, without the scheme's own port.
    let host: String
    private let pathPrefix: String

    /// - Returns: `nil` unless the endpoint is a scheme, a host and perhaps a port.
    init?(endpoint: String, bucket: String, pathStyle: Bool) {
        guard let parts = URLComponents(string: endpoint), let scheme = parts.scheme?.lowercased(),
            let name = parts.host?.lowercased(), !name.isEmpty, ["http", "https"].contains(scheme),
            ["", "/"].contains(parts.path), parts.query == nil, parts.fragment == nil, parts.user == nil
        else { return nil }
        let port = parts.port.flatMap { $0 == (scheme == "http" ? 80 : 443) ? nil : ":\($0)" } ?? ""
        self.scheme = scheme
        host = (pathStyle ? "" : "\(bucket).") + name + port
        pathPrefix = pathStyle ? "/\(PercentEncoding.encode(bucket))" : ""
    }

    /// The path of an object, or of the bucket; encoded once, as S3 signs it.
    func path(key: String?) -> String {
        guard let key else { return pathPrefix.isEmpty ? "/" : pathPrefix }
        return pathPrefix + "/" + PercentEncoding.encode(key, keepingSlashes: true)
    }

    /// An encoded query, in the order of its names.
    static func query(_ parameters: [String: String]) -> String {
        parameters.sorted { $0.key < $1.key }
            .map { "\(PercentEncoding.encode($0.key))=\(PercentEncoding.encode($0.value))" }.joined(separator: "&")
    }
}
