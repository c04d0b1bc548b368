import Foundation
import PipelineModel
import PluginKit

/// One repository, as `git` is to address it: its URL, and the credential that its host alone may be shown.
///
/// Made from a connection's base URL (the operator's word) and a repository's name (the pipeline's word, so checked).
struct GitRemote: Sendable {
    enum Transport: String, Sendable { case https, http, ssh, file }

    let provider: String
    let repository: String
    let transport: Transport
    let credential: Credential?
    /// Over ssh: the key, and which keys the host may show.
    var ssh: GitSSH?
    /// URLs to try in turn: the name as it is, then with `.git`, which some servers want.
    let candidates: [String]
    /// `scheme://host:port`: the only place that the credential is for.
    let origin: String
    private let base: String

    init(provider: String, base: String, repository: String, credential: Credential?, key: String)
        throws(FailureDetails)
    {
        let trimmed = String(base.reversed().drop { $0 == "/" }.reversed())
        (transport, origin) = try Self.place(of: trimmed, provider: provider)
        guard Self.isValid(repository) else {
            throw FailureDetails(
                .configurationError,
                "\(key) '\(printable(repository))' can't be a repository's name; write it as the host does, e.g. acme/app"
            )
        }
        if let credential, [credential.user, credential.secret].contains(where: Self.hasControlCharacters) {
            throw FailureDetails(
                .configurationError,
                "the credential for '\(repository)' holds a line break or a control character; "
                    + "look at how it is written, or at the end of the file that it is read from")
        }
        self.provider = provider
        self.repository = repository
        self.credential = credential
        self.base = trimmed
        let path =
            transport == .file
            ? repository : repository.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? repository
        let url = "\(trimmed)/\(path)"
        // Over files, git itself looks for NAME.git.
        candidates = transport == .file || repository.hasSuffix(".git") ? [url] : [url, "\(url).git"]
    }

    /// The page that shows a commit to people, where the provider is known to have one.
    func page(of commit: CommitID) -> String? {
        guard transport == .https || transport == .http else { return nil }
        switch provider.lowercased() {
        case "github", "gitea", "forgejo": return "\(base)/\(repository)/commit/\(commit)"
        case "gitlab": return "\(base)/\(repository)/-/commit/\(commit)"
        case "bitbucket": return "\(base)/\(repository)/commits/\(commit)"
        case "bitbucketserver": return dataCenterPage(of: commit)
        default: return nil
        }
    }

    /// Below the server's own address, which what is cloned lies below too, at `/scm`; a person's repositories stand
    /// under `users`.
    private func dataCenterPage(of commit: CommitID) -> String? {
        let names = repository.split(separator: "/").map(String.init)
        guard names.count == 2 else { return nil }
        let server = base.hasSuffix("/scm") ? String(base.dropLast("/scm".count)) : base
        let name = names[1].hasSuffix(".git") ? String(names[1].dropLast(".git".count)) : names[1]
        let owner = names[0].hasPrefix("~") ? "users/\(names[0].dropFirst())" : "projects/\(names[0])"
        return "\(server)/\(owner)/repos/\(name)/commits/\(commit)"
    }

    private static func place(of base: String, provider: String) throws(FailureDetails) -> (Transport, String) {
        if base.hasPrefix("/") || base.hasPrefix("file:///") {
            guard !hasControlCharacters(base) else { throw unusable("it holds control characters") }
            return (.file, "")
        }
        guard let parts = URLComponents(string: base), let scheme = parts.scheme?.lowercased(),
            let transport = Transport(rawValue: scheme), transport != .file, let host = parts.host, !host.isEmpty,
            !host.hasPrefix("-")
        else { throw unusable("only https, http, ssh and file URLs and absolute paths can be fetched from") }
        guard parts.user == nil || transport == .ssh, parts.password == nil else {
            throw unusable("it holds a user name; give the credential in the connection's own settings")
        }
        if let user = parts.user, user.hasPrefix("-") || hasControlCharacters(user) {
            throw unusable("its user name can't be one")
        }
        guard parts.query == nil, parts.fragment == nil else { throw unusable("it holds a query or a fragment") }
        return (transport, "\(scheme)://\(host)\(parts.port.map { ":\($0)" } ?? "")")
    }

    private static func unusable(_ reason: String) -> FailureDetails {
        FailureDetails(
            .configurationError, "the connection's base URL can't be used: \(reason) (penstock.yaml, connections)")
    }

    private static func isValid(_ repository: String) -> Bool {
        let parts = repository.split(separator: "/", omittingEmptySubsequences: false)
        return repository.utf8.count <= 1000
            && parts.allSatisfy { part in
                !part.isEmpty && part != "." && part != ".." && !part.hasPrefix("-")
                    && part.unicodeScalars.allSatisfy { scalar in
                        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                            || "._-~+ ".unicodeScalars.contains(scalar)
                    }
            }
    }

    private static func hasControlCharacters(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0.properties.generalCategory == .control }
    }
}

extension GitRemote {
    /// A repository behind a connection, with all that its transport needs.
    init(
        _ connection: Connection, repository: String, credential: Credential?, key: String
    ) throws(FailureDetails) {
        try self.init(
            provider: connection.provider, base: connection.url, repository: repository, credential: credential,
            key: key)
        if transport == .ssh { ssh = try GitSSH(connection) }
    }
}
