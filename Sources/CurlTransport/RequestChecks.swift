import PluginKit

/// What a request must satisfy before libcurl sees it: nothing in it can end a line and begin another.
enum RequestChecks {
    private static let hopHeaders: Set<String> = ["transfer-encoding", "connection", "upgrade", "te", "trailer"]

    /// - Throws: ``CurlRequestError``.
    static func checked(_ request: HTTPClientRequest) throws -> HTTPClientRequest {
        guard isToken(request.method) else { throw CurlRequestError.invalidMethod(String(request.method.prefix(40))) }
        if ["HEAD", "CONNECT", "TRACE"].contains(request.method) {
            guard case .none = request.body else { throw CurlRequestError.bodyNotAllowed(method: request.method) }
        }
        guard request.method != "CONNECT" else { throw CurlRequestError.invalidMethod(request.method) }
        for header in request.headers { try check(header) }
        return request
    }

    /// `Content-Length` comes from the body; a different one would make the server misread what follows.
    static func checkContentLength(_ request: HTTPClientRequest, isLength length: Int64) throws {
        for header in request.headers where header.name.lowercased() == "content-length" {
            guard Int64(header.value) == length else {
                throw CurlRequestError.invalidHeader(
                    name: header.name, reason: "doesn't say the body's length \(length)")
            }
        }
    }

    static func headersToSend(_ request: HTTPClientRequest) -> [(name: String, value: String)] {
        request.headers.filter { $0.name.lowercased() != "content-length" }
            .map { ($0.name, trimmed($0.value)) }
    }

    private static func check(_ header: (name: String, value: String)) throws {
        guard isToken(header.name) else {
            throw CurlRequestError.invalidHeader(name: String(header.name.prefix(40)), reason: "isn't a header name")
        }
        guard !hopHeaders.contains(header.name.lowercased()) else {
            throw CurlRequestError.invalidHeader(
                name: header.name, reason: "belongs to the connection, not to a request")
        }
        guard header.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
            throw CurlRequestError.invalidHeader(name: header.name, reason: "holds a line break or control character")
        }
    }

    private static func trimmed(_ value: String) -> String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        let start = value.drop(while: isBlank)
        let end = start.lastIndex { !isBlank($0) }
        return end.map { String(start[...$0]) } ?? ""
    }

    private static func isToken(_ text: String) -> Bool {
        let others = "!#$%&'*+-.^_`|~".utf8
        return !text.isEmpty
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                    || others.contains($0)
            }
    }
}
