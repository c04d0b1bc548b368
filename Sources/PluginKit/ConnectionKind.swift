/// What connections with one `provider:` may say beside what every connection may, and which hooks speak for them. A
/// module declares one for each provider that it knows, next to its README's table of the same.
public struct ConnectionKind: Sendable {
    /// As written in `provider:`, e.g. `GitHub`.
    public let provider: String
    public let options: Set<String>
    public let secrets: Set<String>
    /// The webhook providers whose deliveries tell of these connections' repositories.
    public let hooks: Set<String>
    /// What is wrong with a connection of this kind whose options and secrets all are known; `nil`: nothing. Does no I/O.
    public let fault: @Sendable (Connection) -> ConnectionFault?

    /// - Parameter hooks: `nil`: the one of the same name.
    public init(
        provider: String, options: Set<String> = [], secrets: Set<String> = [], hooks: Set<String>? = nil,
        fault: @escaping @Sendable (Connection) -> ConnectionFault? = { _ in nil }
    ) {
        self.provider = provider
        self.options = options
        self.secrets = secrets
        self.hooks = hooks ?? [provider]
        self.fault = fault
    }
}

/// Something about a connection that can't be used, without a word of its secrets.
public struct ConnectionFault: Error, Sendable, Equatable {
    /// Where it stands in the connection, e.g. `options.app_id`.
    public let member: String
    /// What is wrong and what to write instead.
    public let message: String

    public init(_ member: String, _ message: String) {
        self.member = member
        self.message = message
    }
}
