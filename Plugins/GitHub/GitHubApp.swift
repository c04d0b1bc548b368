import Foundation
package import PipelineModel
package import PluginKit

/// Makes the token of a GitHub App's installation, good for an hour, out of the App's private key.
///
/// For connections with `app_id` and the secret `private_key`; all others show their own credential. The installation
/// is `installation_id`, else the one of the account `owner`, else the App's only one.
package struct GitHubApp: CredentialIssuer {
    package let provider = "GitHub"

    package init() {}

    package func issue(
        for connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> IssuedCredential? {
        guard let api = try Self.api(of: connection, host: host) else { return nil }
        do {
            let installation = try await installation(of: connection, api)
            return try await token(of: installation, api)
        } catch  where error.type == .permissionError {
            throw FailureDetails(
                .permissionError,
                "\(error.message): GitHub does not take the App of the connection '\(connection.name)'; check app_id "
                    + "and private_key, this machine's clock, and that the App is installed and not suspended")
        }
    }

    /// The API as the App itself sees it; `nil` for a connection without one.
    static func api(of connection: Connection, host: any PluginHost) throws(FailureDetails) -> HostAPI? {
        let key = connection.secrets["private_key"]
        guard let app = connection.options["app_id"] else {
            guard key == nil else { throw incomplete(connection, lacks: "app_id") }
            return nil
        }
        guard let key else { throw incomplete(connection, lacks: "private_key") }
        let token = try GitHubAppToken(app: app, privateKey: key.secret, connection: connection.name)
            .text(at: host.now())
        return try GitHubAccess.api(
            at: GitHubAccess.base(of: connection), of: connection, token: token, host: host)
    }

    /// What is wrong with what a connection says of an App.
    static func fault(in connection: Connection) -> ConnectionFault? {
        let key = connection.secrets["private_key"]
        guard let app = connection.options["app_id"] else {
            let needy = ["installation_id", "owner"].first { connection.options[$0] != nil }.map { "options.\($0)" }
            guard let member = key == nil ? needy : "secrets.private_key" else { return nil }
            return ConnectionFault(member, "is a GitHub App's: give the App's id as the option app_id too")
        }
        guard let key else {
            return ConnectionFault(
                "options.app_id", "needs the App's key: give its file as the secret private_key_file (README of GitHub)"
            )
        }
        do throws(FailureDetails) {
            _ = try GitHubAppToken(app: app, privateKey: key.secret, connection: connection.name)
        } catch {
            return ConnectionFault("secrets.private_key", error.message)
        }
        return nil
    }

    private static func incomplete(_ connection: Connection, lacks key: String) -> FailureDetails {
        FailureDetails(
            .configurationError,
            "the connection '\(connection.name)' lacks '\(key)': a GitHub App needs app_id and private_key")
    }

    // MARK: The installation

    private struct Installation: Decodable {
        struct Account: Decodable { let login: String? }
        let id: Int
        let account: Account?
    }

    private func installation(of connection: Connection, _ api: HostAPI) async throws(FailureDetails) -> String {
        if let given = connection.options["installation_id"] { return given }
        if let owner = connection.options["owner"] { return try await installation(ofAccount: owner, api) }
        let answer = try await api.call("GET", "/app/installations", query: [("per_page", "100")]).expect([200])
        let all = try answer.decode([Installation].self)
        if let only = all.first, all.count == 1 { return String(only.id) }
        let names = all.compactMap { $0.account?.login }.prefix(10).map(shown).joined(separator: ", ")
        throw FailureDetails(
            .configurationError,
            all.isEmpty
                ? "the App of the connection '\(connection.name)' is not installed anywhere; install it at GitHub"
                : "the App of the connection '\(connection.name)' is installed for several accounts (\(names)); "
                    + "give the connection one of them as owner, or installation_id")
    }

    /// Of an organisation, else of a user.
    private func installation(ofAccount owner: String, _ api: HostAPI) async throws(FailureDetails) -> String {
        for kind in ["orgs", "users"] {
            let answer = try await api.call("GET", HostAPI.path(kind, owner, "installation"))
            if answer.status == 404 { continue }
            return String(try answer.expect([200]).decode(Installation.self).id)
        }
        throw FailureDetails(
            .configurationError, "the App is not installed for '\(shown(owner))'; install it at GitHub")
    }

    // MARK: The token

    private struct Token: Decodable {
        let token: String
        let expires: String
        enum CodingKeys: String, CodingKey { case token, expires = "expires_at" }
    }

    /// Sent again after a failure: each token is one more, and the others expire.
    private func token(of installation: String, _ api: HostAPI) async throws(FailureDetails) -> IssuedCredential {
        let path = HostAPI.path("app", "installations", installation, "access_tokens")
        let answer = try await api.call("POST", path, json: .map([:]), isIdempotent: true)
        if answer.status == 404 {
            throw FailureDetails(
                .configurationError, "the App has no installation '\(shown(installation))'; correct installation_id")
        }
        let made = try answer.expect([200, 201]).decode(Token.self)
        guard let expires = GitHubAccess.date(made.expires), !made.token.isEmpty else {
            throw FailureDetails(.systemUnavailable, "\(answer.call): the answer holds no token with an end")
        }
        return IssuedCredential(credential: Credential(user: "x-access-token", secret: made.token), expires: expires)
    }
}
