import Foundation
import PipelineModel
import PluginKit

/// How the API of a connection's GitHub is reached.
enum GitHubAccess {
    /// With the credential that the host has for the connection.
    ///
    /// - Throws: `configurationError` when the connection's URL has no API, and why there is no credential.
    static func api(for connection: Connection, host: any PluginHost) async throws(FailureDetails) -> HostAPI {
        let base = try base(of: connection)
        guard let credential = try await host.credential(for: connection) else {
            return HostAPI(base: base, authorization: .none, headers: headers, http: host.http)
        }
        return try api(at: base, of: connection, token: credential.secret, host: host)
    }

    /// - Parameter token: stands behind `Bearer`: a token, an App's installation token, or an App's own JWT.
    static func api(
        at base: String, of connection: Connection, token: String, host: any PluginHost
    ) throws(FailureDetails) -> HostAPI {
        guard !token.isEmpty, token.utf8.allSatisfy({ 0x21...0x7e ~= $0 }) else {
            throw FailureDetails(
                .configurationError,
                "the credential of the connection '\(connection.name)' is no token: it is empty or holds spaces or "
                    + "line breaks; look at the end of the file that it is read from")
        }
        return HostAPI(base: base, authorization: .bearer(token), headers: headers, http: host.http)
    }

    private static let headers = [
        (name: "Accept", value: "application/vnd.github+json"),
        (name: "X-GitHub-Api-Version", value: "2022-11-28"),
        (name: "User-Agent", value: "penstock"),
    ]

    /// `api_url` where it is given; else as GitHub's documentation has it for github.com, for GHE.com and for an
    /// Enterprise Server.
    static func base(of connection: Connection) throws(FailureDetails) -> String {
        let text = connection.apiURL ?? connection.url
        guard let parts = URLComponents(string: text), let host = parts.host?.lowercased(), !host.isEmpty,
            ["https", "http"].contains(parts.scheme?.lowercased()), parts.user == nil, parts.password == nil,
            parts.query == nil, parts.fragment == nil
        else {
            throw FailureDetails(
                .configurationError,
                "the connection '\(connection.name)' names no GitHub API: give it an https:// url or api_url "
                    + "without user name and query")
        }
        if let given = connection.apiURL { return given }
        if host == "github.com" || host == "www.github.com" { return "https://api.github.com" }
        if host.hasSuffix(".ghe.com") { return "https://api.\(host)" }
        var base = text[...]
        while base.hasSuffix("/") { base = base.dropLast() }
        return base + "/api/v3"
    }

    /// GitHub's points in time, with or without fractions of a second.
    static func date(_ text: String) -> Date? {
        (try? Date(text, strategy: .iso8601))
            ?? (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
    }
}
