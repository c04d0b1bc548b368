/// Reads a path from left to right; at most 150 characters, so nothing here need be fast.
struct JSONPathParser {
    let text: [Character]
    var place = 0
    /// Blanks may stand between the words of a filter, but not in a path outside of one.
    var isInFilter = false

    init(_ text: String) { self.text = Array(text) }

    mutating func path() throws(JSONPathFault) -> [JSONPath.Segment] {
        if !take("$") {
            // Jayway puts `$.` before what has no root.
            guard let first = peek, first != "@", first != "." else { throw fault("expected '$'") }
            if first != "[" {
                let step = try name()
                return [JSONPath.Segment(isDeep: false, step: step)] + (try segments(inFilter: false))
            }
        }
        return try segments(inFilter: false)
    }

    mutating func segments(inFilter: Bool) throws(JSONPathFault) -> [JSONPath.Segment] {
        var segments: [JSONPath.Segment] = []
        while let next = peek, next == "." || next == "[" {
            guard segments.last?.step != .length else { throw fault("nothing may follow 'length()'") }
            segments.append(try segment())
        }
        guard inFilter || place == text.count else { throw fault("unexpected '\(text[place])'") }
        return segments
    }

    private mutating func segment() throws(JSONPathFault) -> JSONPath.Segment {
        var isDeep = false
        if take(".") {
            isDeep = take(".")
            if peek == "[", !isDeep { throw fault("expected a name after '.'") }
        }
        if peek == "[" { return JSONPath.Segment(isDeep: isDeep, step: try bracket()) }
        return JSONPath.Segment(isDeep: isDeep, step: try name())
    }

    /// `*`, a name, or `length()`.
    private mutating func name() throws(JSONPathFault) -> JSONPath.Step {
        if take("*") { return .all }
        var name = ""
        while let next = peek, !".[]()=!<>&|,'\"? ".contains(next) {
            name.append(next)
            place += 1
        }
        guard !name.isEmpty else { throw fault("expected a name") }
        if take("(") {
            guard name == "length", take(")") else { throw fault("the function '\(name)' is not known here") }
            return .length
        }
        if peek == " ", !isInFilter { throw fault("a name with a blank must stand in brackets, e.g. $['my name']") }
        return .names([name])
    }

    private mutating func bracket() throws(JSONPathFault) -> JSONPath.Step {
        try expect("[")
        blanks()
        let step: JSONPath.Step
        switch peek {
        case "*":
            place += 1
            step = .all
        case "'", "\"":
            step = .names(try list { (parser: inout JSONPathParser) throws(JSONPathFault) in try parser.quoted() })
        case "?":
            place += 1
            blanks()
            try expect("(")
            isInFilter = true
            step = .filter(try disjunction())
            isInFilter = false
            try expect(")")
        default: step = try numbers()
        }
        blanks()
        try expect("]")
        return step
    }

    /// `0`, `0,2`, `1:`, `:2`, `1:3`.
    private mutating func numbers() throws(JSONPathFault) -> JSONPath.Step {
        let first = peek == ":" ? nil : try integer()
        blanks()
        if take(":") {
            blanks()
            let last = peek == "]" ? nil : try integer()
            guard first != nil || last != nil else { throw fault("a slice needs a beginning or an end") }
            return .slice(from: first, to: last)
        }
        guard let first else { throw fault("expected an index") }
        guard peek == "," else { return .indices([first]) }
        place += 1
        return .indices(
            [first] + (try list { (parser: inout JSONPathParser) throws(JSONPathFault) in try parser.integer() }))
    }

    private mutating func list<Value>(
        of read: (inout JSONPathParser) throws(JSONPathFault) -> Value
    ) throws(JSONPathFault) -> [Value] {
        var values: [Value] = []
        repeat {
            blanks()
            values.append(try read(&self))
            blanks()
        } while take(",")
        return values
    }

    private mutating func integer() throws(JSONPathFault) -> Int {
        var digits = take("-") ? "-" : ""
        while let next = peek, next.isASCII, next.isNumber {
            digits.append(next)
            place += 1
        }
        guard let number = Int(digits), abs(number) < 1 << 31 else { throw fault("expected an index") }
        return number
    }

    mutating func quoted() throws(JSONPathFault) -> String {
        guard let quote = peek, quote == "'" || quote == "\"" else { throw fault("expected a quoted name") }
        place += 1
        var content = ""
        while let next = peek {
            place += 1
            if next == quote { return content }
            if next == "\\", let escaped = peek {
                content.append(escaped)
                place += 1
            } else {
                content.append(next)
            }
        }
        throw fault("the quote is not closed")
    }

    // MARK: Characters

    var peek: Character? { place < text.count ? text[place] : nil }

    mutating func take(_ word: String) -> Bool {
        guard text[place...].starts(with: word) else { return false }
        place += word.count
        return true
    }

    mutating func expect(_ word: String) throws(JSONPathFault) {
        guard take(word) else { throw fault("expected '\(word)'") }
    }

    mutating func blanks() { while peek == " " { place += 1 } }

    func fault(_ reason: String) -> JSONPathFault { JSONPathFault(offset: place, reason: reason) }
}

extension JSONPath {
    /// A path that begins without `$` begins at the document.
    ///
    /// - Throws: ``JSONPathFault``.
    package init(_ text: String) throws(JSONPathFault) {
        var parser = JSONPathParser(text)
        self.init(segments: try parser.path())
    }
}
