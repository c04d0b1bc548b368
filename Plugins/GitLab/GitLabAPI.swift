import PipelineModel
import PluginKit

/// GitLab's API of version 4 as the connection reaches it.
struct GitLabAPI {
    let api: HostAPI

    /// - Throws: `permissionError` when a credential is needed and the connection has none.
    init(
        _ connection: Connection, host: any PluginHost, needsCredential: Bool = true
    ) async throws(FailureDetails) {
        let credential = try await host.credential(for: connection)
        if needsCredential, credential == nil {
            throw FailureDetails(
                .permissionError,
                "the connection '\(connection.name)' has no token: give it one of scope api (README of GitLab)")
        }
        var base = connection.url[...]
        while base.hasSuffix("/") { base = base.dropLast() }
        api = HostAPI(
            base: connection.apiURL ?? "\(base)/api/v4",
            authorization: try Self.authorization(credential, connection), http: host.http)
    }

    private static func authorization(
        _ credential: Credential?, _ connection: Connection
    ) throws(FailureDetails) -> HostAPI.Authorization {
        guard let credential else { return .none }
        switch connection.options["token_type"] ?? "private" {
        case "private": return .header(name: "PRIVATE-TOKEN", value: credential.secret)
        case "oauth": return .bearer(credential.secret)
        case let other:
            throw FailureDetails(
                .configurationError,
                "connections.\(connection.name).options.token_type is '\(other.prefix(50))'; write private or oauth")
        }
    }

    static func fault(in connection: Connection) -> ConnectionFault? {
        guard let type = connection.options["token_type"], !["private", "oauth"].contains(type) else { return nil }
        return ConnectionFault("options.token_type", "must be private or oauth, not '\(type.prefix(50))'")
    }

    /// `/projects/GROUP%2FNAME`: the whole path is one segment.
    static func project(_ repository: String) -> String { "/projects/" + HostAPI.encoded(repository) }

    /// All elements of a list, page by page. GitLab's own `Link` may name another address than the connection's, so
    /// pages are counted. `nil` when there is no such list.
    func list<Element: Decodable>(
        _ type: Element.Type, _ path: String, query: [(String, String)] = [], pageSize: Int = 100, mostPages: Int = 100
    ) async throws(FailureDetails) -> [Element]? {
        var found: [Element] = []
        for page in 1...mostPages {
            let paging = [("page", "\(page)"), ("per_page", "\(pageSize)")]
            let answer = try await api.call("GET", path, query: query + paging)
            if answer.status == 404 { return nil }
            let elements = try answer.expect([200]).decode([Element].self)
            found += elements
            if Self.isLast(answer, count: elements.count, pageSize: pageSize) { break }
        }
        return found
    }

    static func isLast(_ answer: HostAPI.Answer, count: Int, pageSize: Int) -> Bool {
        if let next = answer.header("X-Next-Page") { return next.isEmpty }
        return count < pageSize
    }
}
