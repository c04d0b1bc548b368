public import Foundation
public import PipelineModel

/// The API of one host, as its module calls it: a base URL, a credential, JSON, and what each kind of answer means.
///
/// Nothing but the base URL's own origin is ever called: a next page or a redirect to anywhere else is refused. The
/// credential stands in one header and in no message.
public struct HostAPI: Sendable {
    public enum Authorization: Sendable {
        case none
        case bearer(String)
        case basic(Credential)
        case header(name: String, value: String)

        var field: (name: String, value: String)? {
            switch self {
            case .none: nil
            case .bearer(let token): ("Authorization", "Bearer \(token)")
            case .basic(let credential):
                ("Authorization", "Basic " + Data("\(credential.user):\(credential.secret)".utf8).base64EncodedString())
            case .header(let name, let value): (name, value)
            }
        }
    }

    /// An answer of any status that is no failure of its own kind: callers say which ones they expect.
    public struct Answer: Sendable {
        public let status: Int
        public let headers: [(name: String, value: String)]
        public let body: Data
        /// What was called, for messages, e.g. `GET /repos/acme/app/hooks at api.github.com`.
        public let call: String

        public init(status: Int, headers: [(name: String, value: String)], body: Data, call: String) {
            self.status = status
            self.headers = headers
            self.body = body
            self.call = call
        }

        public func header(_ name: String) -> String? { headers.firstValue(ofHeader: name) }
    }

    /// Without a slash at its end.
    public let base: String
    /// For messages.
    public let name: String
    private let authorization: Authorization
    private let headers: [(name: String, value: String)]
    private let http: any HTTPClient

    /// Answers are read up to this many bytes.
    public static let largestAnswer = 32 << 20

    public init(
        base: String, authorization: Authorization, headers: [(name: String, value: String)] = [],
        http: any HTTPClient
    ) {
        var trimmed = base[...]
        while trimmed.hasSuffix("/") { trimmed = trimmed.dropLast() }
        self.base = String(trimmed)
        self.name = URLComponents(string: self.base)?.host ?? "the host"
        self.authorization = authorization
        self.headers = headers
        self.http = http
    }

    /// Joins segments to a path; each is percent-encoded by itself, so a name that holds `/` or `..` stays one segment.
    public static func path(_ segments: String...) -> String {
        segments.map { "/" + encoded($0) }.joined()
    }

    /// Percent-encoded but for letters, digits and `-._~`; `.` and `..` as a whole are encoded too.
    public static func encoded(_ text: String) -> String {
        if text == "." || text == ".." { return text.replacingOccurrences(of: ".", with: "%2E") }
        return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

    /// One call.
    ///
    /// - Parameters:
    ///   - path: below the base, already encoded, or a whole URL of the same origin (a next page).
    ///   - json: sent as the body.
    ///   - isIdempotent: whether it may be sent again after a broken connection; as the method says when absent.
    /// - Throws: `permissionError` for 401 and 403, `systemUnavailable` for 429, 5xx and every failure to get an answer.
    public func call(
        _ method: String, _ path: String, query: [(String, String)] = [], json: SettingValue? = nil,
        headers more: [(name: String, value: String)] = [], body: Data? = nil, isIdempotent: Bool? = nil
    ) async throws(FailureDetails) -> Answer {
        let url = try url(path, query)
        let shown = "\(method) \(path.prefix { $0 != "?" }) at \(name)"
        var request = HTTPClientRequest(method: method, url: url, headers: headers + more, isIdempotent: isIdempotent)
        request.totalTimeout = .seconds(120)
        request.isHostCall = true
        if let field = authorization.field { request.headers.append(field) }
        if let json {
            do { request.body = .bytes(try JSONEncoder().encode(json)) } catch {
                throw FailureDetails(.configurationError, "the request to \(name) can't be written as JSON")
            }
            request.headers.append(("Content-Type", "application/json"))
        } else if let body {
            request.body = .bytes(body)
        }
        return try check(try await send(request, shown))
    }

    private func send(_ request: HTTPClientRequest, _ shown: String) async throws(FailureDetails) -> Answer {
        do {
            let response = try await http.send(request)
            return Answer(
                status: response.status, headers: response.headers,
                body: try await response.body.collect(upTo: Self.largestAnswer), call: shown)
        } catch is CancellationError {
            throw FailureDetails(.systemUnavailable, "\(shown) was cut short")
        } catch HTTPClientError.certificateRefused(_, let reason) {
            throw FailureDetails(
                .systemUnavailable,
                "\(shown): the certificate of \(name) is not trusted, so nothing was sent (\(reason)): install its "
                    + "authority on the gateway's machine, or correct the connection's address")
        } catch {
            throw FailureDetails(.systemUnavailable, "\(shown) failed: \(error)")
        }
    }

    private func check(_ answer: Answer) throws(FailureDetails) -> Answer {
        switch answer.status {
        case 401:
            throw FailureDetails(.permissionError, "\(answer.call): the connection's credential was refused (401)")
        case 403 where answer.isHeldBack, 429:
            throw FailureDetails(
                .systemUnavailable, "\(answer.call): the host asks us to call less often (\(answer.status))")
        case 403:
            throw FailureDetails(
                .permissionError, "\(answer.call): the connection's credential may not do this (403)")
        case 300..<400 where answer.status != 304:
            throw FailureDetails(
                .configurationError,
                "\(answer.call): the host redirects elsewhere (\(answer.status)), which is not followed; "
                    + "write the repository's or host's new name")
        case 500...:
            throw FailureDetails(.systemUnavailable, "\(answer.call): the host failed (\(answer.status))")
        default: return answer
        }
    }

    private func url(_ path: String, _ query: [(String, String)]) throws(FailureDetails) -> String {
        let whole: String
        if path.hasPrefix("/") {
            whole = base + path
        } else {
            guard Self.origin(of: path) == Self.origin(of: base), Self.origin(of: path) != nil else {
                throw FailureDetails(.permissionError, "\(name) points to a page on another host, which is not called")
            }
            whole = path
        }
        guard !query.isEmpty else { return whole }
        let text = query.map { "\(Self.encoded($0.0))=\(Self.encoded($0.1))" }.joined(separator: "&")
        return whole + (whole.contains("?") ? "&" : "?") + text
    }

    private static func origin(of url: String) -> String? {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme, let host = parts.host,
            parts.user == nil, parts.password == nil
        else { return nil }
        return
            "\(scheme.lowercased())://\(host.lowercased()):\(parts.port ?? (scheme.lowercased() == "http" ? 80 : 443))"
    }
}

extension HostAPI.Answer {
    /// Whether a 403 is a rate limit in disguise: GitHub's secondary limits come with either header, or with words only.
    var isHeldBack: Bool {
        header("Retry-After") != nil || header("X-RateLimit-Remaining") == "0"
            || String(decoding: body.prefix(1000), as: UTF8.self).lowercased().contains("rate limit")
    }

    public var isSuccess: Bool { 200..<300 ~= status }

    /// - Throws: `configurationError` with the host's own words unless the status is one of these.
    public func expect(_ statuses: Set<Int>) throws(FailureDetails) -> HostAPI.Answer {
        guard statuses.contains(status) else {
            let words = String(decoding: body.prefix(300), as: UTF8.self)
            throw FailureDetails(.configurationError, "\(call) was answered \(status): \(words)")
        }
        return self
    }

    /// - Throws: `systemUnavailable` when the body isn't the expected JSON: a truncated answer or a proxy's page.
    public func decode<Value: Decodable>(_ type: Value.Type) throws(FailureDetails) -> Value {
        do {
            return try JSONDecoder().decode(type, from: body)
        } catch {
            throw FailureDetails(.systemUnavailable, "\(call): the answer is not what the host's API promises")
        }
    }

    /// The URL of `rel="next"` in the Link header.
    public var nextPage: String? {
        for link in (header("Link") ?? "").split(separator: ",") {
            let parts = link.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
            guard parts.dropFirst().contains(#"rel="next""#), let url = parts.first, url.hasPrefix("<"),
                url.hasSuffix(">")
            else { continue }
            return String(url.dropFirst().dropLast())
        }
        return nil
    }
}
