import Foundation
package import PipelineModel
package import PluginKit

/// What Bitbucket is shown: a token as it is, under the name that `git` must give with it, or the short-lived one of
/// an OAuth consumer of Cloud.
package struct BitbucketCredentialIssuer: CredentialIssuer {
    package let provider: String

    /// What `git` gives as the user of an access token.
    static let tokenUser = "x-token-auth"
    /// Users that stand for "this is an access token".
    private static let tokenUsers: Set<String> = ["", "x-access-token", tokenUser]

    package init(provider: String) { self.provider = provider }

    /// A consumer's key and secret come together.
    static func fault(in connection: Connection) -> ConnectionFault? {
        switch (connection.options["oauth_key"], connection.secrets["oauth_secret"]) {
        case (.some, nil):
            ConnectionFault("options.oauth_key", "needs the consumer's secret: give it as the secret oauth_secret_file")
        case (nil, .some):
            ConnectionFault("secrets.oauth_secret", "needs the consumer's key: give it as the option oauth_key")
        default: nil
        }
    }

    package func issue(
        for connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> IssuedCredential? {
        if let key = connection.options["oauth_key"] {
            return try await token(ofConsumer: key, connection, host)
        }
        guard let credential = connection.credential, credential.user != Self.tokenUser,
            Self.tokenUsers.contains(credential.user)
        else { return nil }
        return IssuedCredential(
            credential: Credential(user: Self.tokenUser, secret: credential.secret), expires: nil)
    }

    /// A token for the API as `Bearer`, a password or an account's API token as `Basic`.
    static func authorization(
        on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> HostAPI.Authorization {
        guard let credential = try await host.credential(for: connection) else { return .none }
        if let user = connection.options["api_user"], connection.options["oauth_key"] == nil {
            return .basic(Credential(user: user, secret: credential.secret))
        }
        return tokenUsers.contains(credential.user) ? .bearer(credential.secret) : .basic(credential)
    }

    private func token(
        ofConsumer key: String, _ connection: Connection, _ host: any PluginHost
    ) async throws(FailureDetails) -> IssuedCredential {
        guard let secret = connection.secrets["oauth_secret"]?.secret, !secret.isEmpty else {
            throw FailureDetails(
                .configurationError,
                "the connection '\(connection.name)' has an oauth_key and no oauth_secret "
                    + "(penstock.yaml, connections.\(connection.name))")
        }
        let url = connection.options["oauth_url"] ?? "https://bitbucket.org/site/oauth2/access_token"
        let api = HostAPI(
            base: url, authorization: .basic(Credential(user: key, secret: secret)), http: host.http)
        let answer = try await api.call(
            "POST", url, headers: [("Content-Type", "application/x-www-form-urlencoded")],
            body: Data("grant_type=client_credentials".utf8), isIdempotent: true)
        guard answer.isSuccess else {
            throw FailureDetails(
                .permissionError, "\(answer.call): the connection's OAuth consumer was refused (\(answer.status))")
        }
        struct Token: Decodable {
            let accessToken: String
            let expiresIn: Double?
            enum CodingKeys: String, CodingKey {
                case accessToken = "access_token"
                case expiresIn = "expires_in"
            }
        }
        let token = try answer.decode(Token.self)
        return IssuedCredential(
            credential: Credential(user: Self.tokenUser, secret: token.accessToken),
            expires: host.now().addingTimeInterval(token.expiresIn ?? 3600))
    }
}
