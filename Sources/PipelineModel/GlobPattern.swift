/// A glob pattern of a trigger's filter, compiled (spec: triggers-and-webhooks A1, glob grammar).
///
/// `*` is any text within a path segment, `**` any text at all, `**/` at a segment's start also no directory; `?` is
/// one character but `/`; `[abc]`, `[a-z]`, `[!x]` one of a set; `{a,b}` alternatives, not nested; `\` takes the next
/// character literally. The whole name must match, case counts. A match takes time in proportion to the name's length
/// times the pattern's, whatever they are: all ways through the pattern are walked at once.
public struct GlobPattern: Sendable, Hashable, CustomStringConvertible {
    /// As it was written.
    public var text: String { form.text }
    private let form: Form

    /// - Throws: why it is no pattern.
    public init(_ text: String) throws(GlobPatternError) {
        var compiler = GlobCompiler(text)
        try compiler.compile()
        form = Form(text, steps: compiler.steps)
    }

    public func matches(_ name: String) -> Bool { form.matches(name) }

    public var description: String { text }

    public static func == (left: GlobPattern, right: GlobPattern) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

/// A pattern's parts, in one place: filters hand patterns on, a million times a minute.
private final class Form: Sendable {
    let text: String
    /// What every matching name begins with.
    private let prefix: [UInt8]
    /// What every matching name ends with.
    private let suffix: [UInt8]
    /// There is nothing but the prefix.
    private let isLiteral: Bool
    private let program: GlobProgram

    init(_ text: String, steps: [GlobStep]) {
        self.text = text
        program = GlobProgram(steps)
        let literals = steps.prefix(while: \.isLiteral)
        prefix = Self.bytes(literals)
        isLiteral = literals.count == steps.count
        suffix = Self.bytes(Self.end(of: steps))
    }

    func matches(_ name: String) -> Bool {
        var rest = name.utf8[...]
        for byte in prefix {
            guard rest.popFirst() == byte else { return false }
        }
        if isLiteral { return rest.isEmpty }
        // Most names of a repository are told apart here, without a walk.
        guard name.utf8.count >= suffix.count, name.utf8.suffix(suffix.count).elementsEqual(suffix) else {
            return false
        }
        return program.matches(name.unicodeScalars)
    }

    /// The literal steps at the end, as far as nothing leads around them.
    private static func end(of steps: [GlobStep]) -> ArraySlice<GlobStep> {
        var sure = 0
        for case .split(let targets) in steps { sure = max(sure, targets.max() ?? 0) }
        let first = (steps.lastIndex { !$0.isLiteral } ?? -1) + 1
        return steps[max(first, sure)...]
    }

    private static func bytes(_ steps: ArraySlice<GlobStep>) -> [UInt8] {
        var scalars = String.UnicodeScalarView()
        for case .one(let scalar) in steps { scalars.append(scalar) }
        return Array(String(scalars).utf8)
    }
}
