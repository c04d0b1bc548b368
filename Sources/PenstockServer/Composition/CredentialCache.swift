import Foundation
import PipelineModel
import PluginKit

/// Short-lived credentials that modules make of a connection's lasting ones: each is made once and used until shortly
/// before it expires.
actor CredentialCache {
    /// Seconds before its end when a credential is made anew.
    private static let margin = 300.0

    private struct Held {
        let credential: Credential?
        let expires: Date?
    }

    private let issuers: [String: any CredentialIssuer]
    private var held: [ConnectionARN: Held] = [:]

    init(_ issuers: [any CredentialIssuer]) {
        self.issuers = Dictionary(issuers.map { ($0.provider, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// All of them, to be made anew.
    func forget() { held = [:] }

    func credential(
        for connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> Credential? {
        guard let issuer = issuers[connection.provider] else { return connection.credential }
        if let held = held[connection.arn], held.expires.map({ $0.timeIntervalSince(host.now()) > Self.margin }) ?? true
        {
            return held.credential
        }
        let issued: IssuedCredential? = try await issuer.issue(for: connection, host: host)
        let fresh = Held(credential: issued?.credential ?? connection.credential, expires: issued?.expires)
        held[connection.arn] = fresh
        return fresh.credential
    }
}
