import PipelineModel
import PluginKit

/// The API of version 1 of Gitea and Forgejo, as the connection reaches it.
struct GiteaAPI {
    let api: HostAPI

    /// - Throws: `permissionError` when a credential is needed and the connection has none.
    init(
        _ connection: Connection, host: any PluginHost, needsCredential: Bool = true
    ) async throws(FailureDetails) {
        let credential = try await host.credential(for: connection)
        if needsCredential, credential == nil {
            throw FailureDetails(
                .permissionError,
                "the connection '\(connection.name)' has no token: give it one that may write repositories "
                    + "(README of Gitea)")
        }
        var base = connection.url[...]
        while base.hasSuffix("/") { base = base.dropLast() }
        api = HostAPI(
            base: connection.apiURL ?? "\(base)/api/v1",
            authorization: credential.map { .header(name: "Authorization", value: "token \($0.secret)") } ?? .none,
            http: host.http)
    }

    /// `/repos/OWNER/NAME`.
    ///
    /// - Throws: `configurationError` for what is no full name of a repository.
    static func repository(_ name: String) throws(FailureDetails) -> String {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
            throw FailureDetails(
                .configurationError, "'\(name.prefix(200))' is no full name of a repository (owner/name)")
        }
        return "/repos" + HostAPI.path(String(parts[0]), String(parts[1]))
    }

    /// All elements of a list; `nil` when there is no such list. The server's own `Link` may name another address than
    /// the connection's, and its pages may be smaller than asked for: the list ends with an empty page or its count.
    func list<Element: Decodable>(
        _ type: Element.Type, _ path: String, mostPages: Int = 100
    ) async throws(FailureDetails) -> [Element]? {
        var found: [Element] = []
        for page in 1...mostPages {
            let answer = try await api.call("GET", path, query: [("page", "\(page)"), ("limit", "50")])
            if answer.status == 404 { return nil }
            let elements = try answer.expect([200]).decode([Element].self)
            found += elements
            let total = answer.header("X-Total-Count").flatMap { Int($0) }
            if elements.isEmpty || total.map({ found.count >= $0 }) == true { break }
        }
        return found
    }
}
