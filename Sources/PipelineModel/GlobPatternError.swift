/// Why a text is no glob pattern, in words for its writer.
public struct GlobPatternError: Error, Sendable, Equatable, CustomStringConvertible {
    public let pattern: String
    /// What is wrong and what to write instead.
    public let reason: String

    public init(pattern: String, reason: String) {
        self.pattern = pattern
        self.reason = reason
    }

    public var description: String { "the pattern '\(pattern)' is malformed: \(reason)" }
}
