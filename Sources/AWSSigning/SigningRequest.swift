package import Foundation

/// A request as far as a signature covers it: the signer's input, and what the verifier received.
package struct SigningRequest: Sendable {
    package var method: String
    /// As in the request line, percent-encoded, without the query.
    package var path: String
    /// As in the request line, without the `?`.
    package var query: String
    package var headers: [(name: String, value: String)]
    /// Lower-case hex SHA-256 of the body's bytes.
    package var payloadHash: String

    package init(
        method: String, path: String, query: String = "", headers: [(name: String, value: String)],
        payloadHash: String = PayloadHash.empty
    ) {
        self.method = method
        self.path = path.isEmpty ? "/" : path
        self.query = query
        self.headers = headers
        self.payloadHash = payloadHash
    }

    package init(
        method: String, path: String, query: String = "", headers: [(name: String, value: String)], body: Data
    ) {
        self.init(
            method: method, path: path, query: query, headers: headers, payloadHash: PayloadHash.of(body))
    }

    /// All values of the header, in the order of their lines.
    func values(of name: String) -> [String] {
        headers.filter { $0.name.caseInsensitiveCompare(name) == .orderedSame }.map(\.value)
    }
}
