/// What may stand in `[?(…)]`.
extension JSONPathParser {
    mutating func disjunction() throws(JSONPathFault) -> JSONPath.Condition {
        var parts = [try conjunction()]
        while take("||") { parts.append(try conjunction()) }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private mutating func conjunction() throws(JSONPathFault) -> JSONPath.Condition {
        var parts = [try operand()]
        while take("&&") { parts.append(try operand()) }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func operand() throws(JSONPathFault) -> JSONPath.Condition {
        blanks()
        defer { blanks() }
        if peek == "!", !text[place...].starts(with: "!=") {
            place += 1
            return .not(try operand())
        }
        if take("(") {
            let inner = try disjunction()
            try expect(")")
            return inner
        }
        guard take("@") else { throw fault("expected '@'") }
        let path = try segments(inFilter: true)
        guard path.allSatisfy(\.isDefinite) else { throw fault("a path in a filter must select one value") }
        blanks()
        guard let comparison = JSONPath.Comparison.allCases.first(where: { text[place...].starts(with: $0.rawValue) })
        else { return .has(path) }
        place += comparison.rawValue.count
        blanks()
        return .compare(path, comparison, try literal())
    }

    private mutating func literal() throws(JSONPathFault) -> JSONPath.Literal {
        if peek == "'" || peek == "\"" { return .string(try quoted()) }
        var word = ""
        while let next = peek, next.isLetter || next.isNumber || "+-.".contains(next) {
            word.append(next)
            place += 1
        }
        switch word {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        default:
            guard let number = Double(word), number.isFinite else {
                throw fault("expected a text in quotes, a number, true, false or null")
            }
            return .number(number)
        }
    }
}
