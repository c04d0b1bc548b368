public import Foundation
public import Logging
public import PipelineModel

/// What the host lends to every plugin.
public protocol PluginHost: Sendable {
    var http: any HTTPClient { get }
    var logger: Logger { get }
    /// The buckets that the configuration names, and the local ones.
    var stores: any ObjectStores { get }
    /// The Git hosts that the configuration names.
    var connections: any Connections { get }
    /// What to show a connection's host: its own credential, or the short-lived one that its module makes of it.
    ///
    /// - Throws: why none can be had, e.g. the host refused the App's key.
    func credential(for connection: Connection) async throws(FailureDetails) -> Credential?
    /// What to show a host instead of a credential that it has refused; `nil`: there is no other. Calls through ``http``
    /// need not ask: they are sent once more by themselves.
    ///
    /// - Throws: why none can be had.
    func credential(
        for connection: Connection, insteadOf refused: Credential
    ) async throws(FailureDetails) -> Credential?
    /// Folders and files that a build must not see: the data folder with its credentials and keys, the configuration
    /// and the files of its secrets.
    var hiddenPaths: [URL] { get }
    /// A folder for state of this plugin that outlives a job (e.g. the ids of started processes).
    func stateFolder(for plugin: String) throws -> URL
    func now() -> Date
}

extension PluginHost {
    /// Of a host that makes no short-lived ones.
    public func credential(for connection: Connection) async throws(FailureDetails) -> Credential? {
        connection.credential
    }

    public func credential(
        for connection: Connection, insteadOf refused: Credential
    ) async throws(FailureDetails) -> Credential? {
        nil
    }

    /// Does what shows a credential to the connection's host; once more with another one when the host has refused it
    /// and there is one.
    ///
    /// - Parameter work: throws `permissionError` for a credential that was refused.
    public func showingCredential<Value>(
        for connection: Connection, _ work: (Credential?) async throws(FailureDetails) -> Value
    ) async throws(FailureDetails) -> Value {
        let credential = try await credential(for: connection)
        do throws(FailureDetails) {
            return try await work(credential)
        } catch {
            guard error.type == .permissionError, let credential,
                let other = try await self.credential(for: connection, insteadOf: credential)
            else { throw error }
            return try await work(other)
        }
    }
}

/// What the host lends to a running action.
public protocol ActionHost: PluginHost {
    /// The execution's log for this action.
    var log: any ActionLog { get }
}

/// The log of one action execution. Lines appear in `run`, `tail` and the log files as they are written.
public protocol ActionLog: Sendable {
    /// Appends one line, without its line break. Secrets that the host knows are masked. Never blocks for long.
    func line(_ text: String)
    /// From now on, this text never appears in the log.
    func mask(_ secret: String)
}

public protocol Connections: Sendable {
    /// The connection of that ARN. `codestar-connections` and `codeconnections` ARNs name the same connection.
    func connection(_ arn: ConnectionARN) -> Connection?
    /// The connection of that name, e.g. for `GitHub` v1 actions, which name none.
    func connection(named name: String) -> Connection?
    /// Why there is none of that ARN that could be used, and what to do about it, in one sentence without a capital;
    /// `nil` where there is no more to say than that there is none.
    func absence(of arn: ConnectionARN) -> String?
}

extension Connections {
    public func absence(of arn: ConnectionARN) -> String? { nil }
}

/// A Git host, a CI server, or one folder of repositories, with the means to read from it.
public struct Connection: Sendable {
    public let name: String
    public let arn: ConnectionARN
    /// The module that speaks for it, e.g. `GitHub`.
    public let provider: String
    /// The base URL: `BASE/owner/repo` is a repository that `git` can fetch.
    public let url: String
    /// The base URL of the host's API where it can't be told from ``url``.
    public let apiURL: String?
    /// The lasting one. Ask ``PluginHost/credential(for:)`` for the one to use.
    public let credential: Credential?
    /// What the module needs beside, e.g. `app_id`; each module's README lists its own.
    public let options: [String: String]
    /// Secrets beside the credential, e.g. `private_key`. The user of each is empty.
    public let secrets: [String: Credential]

    public init(
        name: String, arn: ConnectionARN, provider: String, url: String, apiURL: String? = nil,
        credential: Credential? = nil, options: [String: String] = [:], secrets: [String: Credential] = [:]
    ) {
        self.name = name
        self.arn = arn
        self.provider = provider
        self.url = url
        self.apiURL = apiURL
        self.credential = credential
        self.options = options
        self.secrets = secrets
    }
}

/// A user name and a token or password. Prints as `****`.
public struct Credential: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public let user: String
    public let secret: String

    public init(user: String, secret: String) {
        self.user = user
        self.secret = secret
    }

    public var description: String { "****" }
    public var debugDescription: String { "****" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
