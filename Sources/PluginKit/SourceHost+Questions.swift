public import Foundation
public import PipelineModel

// What modules of Git hosts add to ``SourceHost``, each where the host has it.

/// Fills in what a delivery of this host does not say.
public protocol EventResolver: Sendable {
    /// The `provider` of the connections that it speaks for.
    var provider: String { get }

    /// The events that an event with an open fact stands for, without open facts: one as a rule, none or several for
    /// ``SourceEvent/Change/refsChanged``. Called after the delivery was answered, possibly several times.
    ///
    /// - Throws: `revisionUnavailable` or `configurationError` when it can never be told, any other type when it may
    ///   be later.
    func resolve(
        _ event: SourceEvent, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> [SourceEvent]

    /// Fills in what the payload leaves unknown and the host's API tells: whether a push was forced, the paths that a
    /// change touched, a request's base. What it can't tell, or not whole, stays unknown; an event that has it all
    /// comes back as it is. Asked before `git` where a file filter hangs on the changed paths, possibly several times.
    ///
    /// - Throws: why the host gives no answer, e.g. `permissionError`, `systemUnavailable`.
    func enriched(
        _ event: SourceEvent, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> SourceEvent
}

/// Says where the branches and tags of a repository point, without fetching anything.
public protocol RefReader: Sendable {
    /// The `provider` of the connections that it speaks for; `Git` speaks for all that have none of their own.
    var provider: String { get }

    /// Branches and tags by full name (`refs/heads/main`, `refs/tags/v1`), each with the commit that it comes to:
    /// annotated tags are peeled.
    ///
    /// - Throws: `configurationError` or `permissionError` when the repository can't be read, `systemUnavailable` when
    ///   it may be later.
    func refs(
        of repository: String, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) -> [String: String]
}

/// Makes short-lived credentials out of a connection's lasting ones, e.g. a GitHub App's installation token.
public protocol CredentialIssuer: Sendable {
    var provider: String { get }

    /// `nil` when the connection's own credential is all there is. The host keeps what it gets until five minutes
    /// before it expires, and asks once at a time.
    func issue(for connection: Connection, host: any PluginHost) async throws(FailureDetails) -> IssuedCredential?
}

public struct IssuedCredential: Sendable {
    public let credential: Credential
    /// `nil`: it does not expire.
    public let expires: Date?

    public init(credential: Credential, expires: Date?) {
        self.credential = credential
        self.expires = expires
    }
}
