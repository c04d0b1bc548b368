/// Why a schedule can't be read: which part of it, what stands there, and what may stand there.
public struct CronSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// E.g. `hour`, `time zone`, `expression`.
    public let field: String
    /// What stands there.
    public let text: String
    /// What is wrong, and what is allowed.
    public let reason: String

    public init(field: String, text: String, reason: String) {
        self.field = field
        self.text = text
        self.reason = reason
    }

    public var description: String { "\(field) '\(text.prefix(100))': \(reason)" }
}
