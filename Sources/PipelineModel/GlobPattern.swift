/// A glob pattern of a trigger's filter, compiled (spec: triggers-and-webhooks A1, glob grammar).
///
/// `*` is any text within a path segment, `**` any text at all, `**/` at a segment's start also no directory; `?` is
/// one character but `/`; `[abc]`, `[a-z]`, `[!x]` one of a set; `{a,b}` alternatives, not nested; `\` takes the next
/// character literally. The whole name must match, case counts. A match takes time in proportion to the name's length
/// times the pattern's, whatever they are: all ways through the pattern are walked at once.
public struct GlobPattern: Sendable, Hashable, CustomStringConvertible {
    /// As it was written.
    public let text: String
    /// What every matching name begins with.
    private let prefix: [UInt8]
    /// There is nothing but the prefix.
    private let isLiteral: Bool
    private let program: GlobProgram

    /// - Throws: why it is no pattern.
    public init(_ text: String) throws(GlobPatternError) {
        var compiler = GlobCompiler(text)
        try compiler.compile()
        self.text = text
        program = GlobProgram(compiler.steps)
        let literals = compiler.steps.prefix { if case .one = $0 { true } else { false } }
        var prefix = String.UnicodeScalarView()
        for case .one(let scalar) in literals { prefix.append(scalar) }
        self.prefix = Array(String(prefix).utf8)
        isLiteral = literals.count == compiler.steps.count
    }

    public func matches(_ name: String) -> Bool {
        var rest = name.utf8[...]
        for byte in prefix {
            guard rest.popFirst() == byte else { return false }
        }
        return isLiteral ? rest.isEmpty : program.matches(name.unicodeScalars)
    }

    public var description: String { text }

    public static func == (left: GlobPattern, right: GlobPattern) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

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
