/// Reads a glob pattern's text into steps. The grammar is Java's (`FileSystem.getPathMatcher`), but for `**/`.
struct GlobCompiler {
    private(set) var steps: [GlobStep] = []
    private let text: String
    private let scalars: [Unicode.Scalar]
    private var position = 0
    /// A new path segment begins here, so that `**/` may stand for nothing.
    private var isAtSegmentStart = true
    private var group: Group?

    /// `{…}` while it is open.
    private struct Group {
        /// The step that leads to each alternative.
        let split: Int
        let beganSegment: Bool
        var starts: [Int]
        /// Steps that lead from the end of an alternative to the end of the group.
        var exits: [Int] = []
        var allEndSegments = true
    }

    init(_ text: String) {
        self.text = text
        scalars = Array(text.unicodeScalars)
    }

    mutating func compile() throws(GlobPatternError) {
        guard !scalars.isEmpty else { throw malformed("it is empty; write ** for every name") }
        while let scalar = take() { try compile(scalar) }
        guard group == nil else { throw malformed("its '{' has no '}'; write \\{ for the character itself") }
    }

    private mutating func compile(_ scalar: Unicode.Scalar) throws(GlobPatternError) {
        switch scalar {
        case "*": stars()
        case "?": add(.any)
        case "[": add(.set(try set()))
        case "{": try openGroup()
        case "," where group != nil: endAlternative(opensNext: true)
        case "}" where group != nil: closeGroup()
        case "\\":
            guard let literal = take() else { throw malformed("it ends with '\\', which escapes nothing") }
            add(.one(literal))
        default: add(.one(scalar))
        }
    }

    private mutating func add(_ step: GlobStep) {
        steps.append(step)
        isAtSegmentStart = step == .one("/")
    }

    private mutating func stars() {
        guard peek(0) == "*" else { return add(.segment) }
        position += 1
        guard isAtSegmentStart, peek(0) == "/" else { return add(.everything) }
        position += 1
        // No directory at all, or any text that ends with a slash.
        steps.append(.split([steps.count + 1, steps.count + 3]))
        add(.everything)
        add(.one("/"))
    }

    // MARK: [abc]

    private mutating func set() throws(GlobPatternError) -> GlobSet {
        var set = GlobSet()
        if peek(0) == "!" {
            set.isNegated = true
            position += 1
        }
        if peek(0) == "-" {
            set.ranges.append("-"..."-")
            position += 1
        }
        var start: Unicode.Scalar?
        while let scalar = take() {
            switch scalar {
            case "]":
                guard !set.ranges.isEmpty else { throw malformed("its '[]' takes no character") }
                return set
            case "/": throw malformed("a '[…]' can't take '/', which separates path segments")
            case "-": try endRange(&start, in: &set)
            default:
                set.ranges.append(scalar...scalar)
                start = scalar
            }
        }
        throw malformed("its '[' has no ']'; write \\[ for the character itself")
    }

    /// After `a-`: the range's end, or a `]` before which the `-` stands for itself.
    private mutating func endRange(_ start: inout Unicode.Scalar?, in set: inout GlobSet) throws(GlobPatternError) {
        guard let first = start else {
            throw malformed("a '-' inside '[…]' needs a character before it, or stands first for itself")
        }
        start = nil
        guard let last = peek(0), last != "]" else { return set.ranges.append("-"..."-") }
        position += 1
        guard last != "/" else { throw malformed("a '[…]' can't take '/', which separates path segments") }
        guard first <= last else { throw malformed("its range '\(first)-\(last)' runs backwards") }
        set.ranges[set.ranges.count - 1] = first...last
    }

    // MARK: {a,b}

    private mutating func openGroup() throws(GlobPatternError) {
        guard group == nil else { throw malformed("'{…}' can't stand inside '{…}'") }
        group = Group(split: steps.count, beganSegment: isAtSegmentStart, starts: [steps.count + 1])
        steps.append(.split([]))
    }

    private mutating func endAlternative(opensNext: Bool) {
        guard var open = group else { return }
        open.allEndSegments = open.allEndSegments && isAtSegmentStart
        open.exits.append(steps.count)
        steps.append(.split([]))
        if opensNext {
            open.starts.append(steps.count)
            isAtSegmentStart = open.beganSegment
        }
        group = open
    }

    private mutating func closeGroup() {
        endAlternative(opensNext: false)
        guard let closed = group else { return }
        steps[closed.split] = .split(closed.starts)
        for exit in closed.exits { steps[exit] = .split([steps.count]) }
        isAtSegmentStart = closed.allEndSegments
        group = nil
    }

    // MARK: The text

    private mutating func take() -> Unicode.Scalar? {
        guard let scalar = peek(0) else { return nil }
        position += 1
        return scalar
    }

    private func peek(_ ahead: Int) -> Unicode.Scalar? {
        position + ahead < scalars.count ? scalars[position + ahead] : nil
    }

    private func malformed(_ reason: String) -> GlobPatternError { GlobPatternError(pattern: text, reason: reason) }
}
