import Foundation
import PipelineModel
import PluginKit

/// One repository at Bitbucket Cloud, as its API addresses it.
struct CloudRepositoryAPI {
    let api: HostAPI
    /// `/repositories/WORKSPACE/REPOSITORY`.
    let path: String

    /// - Throws: `configurationError` for a name or a connection that can't be used; why there is no credential.
    init(_ repository: String, on connection: Connection, host: any PluginHost) async throws(FailureDetails) {
        path = try Self.path(of: repository)
        let base = try Self.base(of: connection)
        api = HostAPI(
            base: base, authorization: try await BitbucketCredentialIssuer.authorization(on: connection, host: host),
            http: host.http)
    }

    static func path(of repository: String) throws(FailureDetails) -> String {
        let names = try RepositoryName(repository)
        return "/repositories" + HostAPI.path(names.owner, names.name)
    }

    /// The credential of a connection to somewhere else is never shown to bitbucket.org.
    private static func base(of connection: Connection) throws(FailureDetails) -> String {
        if let url = connection.apiURL { return url }
        guard let host = URLComponents(string: connection.url)?.host?.lowercased(),
            host == "bitbucket.org" || host == "www.bitbucket.org"
        else {
            throw FailureDetails(
                .configurationError,
                "the connection '\(connection.name)' doesn't point to bitbucket.org: give its API's address, or the "
                    + "provider BitbucketServer (penstock.yaml, connections.\(connection.name))")
        }
        return "https://api.bitbucket.org/2.0"
    }

    /// The elements of a list of pages, and whether these are all.
    func list<Element: Decodable>(
        _ path: String, of type: Element.Type, query: [(String, String)] = [], most: Int = 10_000
    ) async throws(FailureDetails) -> PagedList<Element>? {
        var found: [Element] = []
        var answer = try await api.call("GET", path, query: query)
        while true {
            if answer.status == 404 { return nil }
            let page = try answer.expect([200]).decode(CloudPage<Element>.self)
            found += page.values
            guard let next = page.next else { return PagedList(elements: found, isComplete: true) }
            guard found.count < most, !page.values.isEmpty else {
                return PagedList(elements: found, isComplete: false)
            }
            answer = try await api.call("GET", next)
        }
    }
}

/// One repository at a Bitbucket Data Center or Server, as its API addresses it.
struct ServerRepositoryAPI {
    let api: HostAPI
    /// `/rest/api/latest/projects/PROJECT/repos/REPOSITORY`.
    let path: String
    let names: RepositoryName

    /// - Throws: `configurationError` for a name that can't be used; why there is no credential.
    init(_ repository: String, on connection: Connection, host: any PluginHost) async throws(FailureDetails) {
        names = try RepositoryName(repository)
        path = "/rest/api/latest" + HostAPI.path("projects", names.owner, "repos", names.name)
        api = HostAPI(
            base: Self.base(of: connection),
            authorization: try await BitbucketCredentialIssuer.authorization(on: connection, host: host),
            http: host.http)
    }

    /// The server's own address: what repositories are cloned from lies below it, at `/scm`.
    static func base(of connection: Connection) -> String {
        var base = (connection.apiURL ?? connection.url)[...]
        while base.hasSuffix("/") { base = base.dropLast() }
        if connection.apiURL == nil, base.hasSuffix("/scm") { base = base.dropLast("/scm".count) }
        return String(base)
    }

    func list<Element: Decodable>(
        _ path: String, of type: Element.Type, query: [(String, String)] = [], most: Int = 10_000
    ) async throws(FailureDetails) -> PagedList<Element>? {
        var found: [Element] = []
        var start = 0
        while true {
            let answer = try await api.call("GET", path, query: query + [("start", String(start)), ("limit", "1000")])
            if answer.status == 404 { return nil }
            let page = try answer.expect([200]).decode(ServerPage<Element>.self)
            found += page.values
            guard page.isLastPage == false, let next = page.nextPageStart, next > start else {
                // A list with a hard limit says of its cut page that it's the last.
                let isCut = page.isLastPage == false || page.values.count >= page.limit ?? 1000
                return PagedList(elements: found, isComplete: !isCut)
            }
            guard found.count < most else { return PagedList(elements: found, isComplete: false) }
            start = next
        }
    }
}

private struct CloudPage<Element: Decodable>: Decodable {
    let values: [Element]
    let next: String?
}

private struct ServerPage<Element: Decodable>: Decodable {
    let values: [Element]
    let isLastPage: Bool?
    let nextPageStart: Int?
    let limit: Int?
}

struct PagedList<Element> {
    let elements: [Element]
    let isComplete: Bool
}

/// `workspace/repository` or `PROJECT/repository`.
struct RepositoryName {
    let owner: String
    let name: String

    init(_ text: String) throws(FailureDetails) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, parts.allSatisfy(Self.isUsable), text.utf8.count <= 1000 else {
            let shown = text.prefix(100).map { $0.isASCII && !$0.isNewline ? $0 : "?" }
            throw FailureDetails(
                .configurationError,
                "'\(String(shown))' can't be a repository's name; write it as Bitbucket does, e.g. acme/app")
        }
        (owner, name) = (parts[0], parts[1])
    }

    private static func isUsable(_ part: String) -> Bool {
        !part.isEmpty && part != "." && part != ".."
            && !part.unicodeScalars.contains { $0.properties.generalCategory == .control }
    }
}
