/// Text of strangers, e.g. of payloads, as a terminal and a reader may see it: nothing in it moves the cursor, hides
/// text or turns its direction round. Called where text is printed; JSON is printed as it is.
enum TerminalText {
    /// Controls, line ends and invisible format characters become `\u{1B}`, `\n` and the like.
    ///
    /// - Parameter keeping: characters that the place can take, e.g. line ends.
    static func printable(_ text: String, keeping: Set<Unicode.Scalar> = []) -> String {
        guard text.unicodeScalars.contains(where: { isUnfit($0) && !keeping.contains($0) }) else { return text }
        var shown = ""
        for scalar in text.unicodeScalars {
            if isUnfit(scalar), !keeping.contains(scalar) {
                shown += escaped(scalar)
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }

    /// A log's line: tabs and colours stay, and a progress bar's return to the line's start goes where it ends the line.
    static func logLine(_ text: String) -> String {
        var rest = Substring(text.hasSuffix("\r") ? String(text.dropLast()) : text)
        var shown = ""
        while let start = rest.firstRange(of: "\u{1B}[") {
            let parameters = rest[start.upperBound...].prefix { $0.isNumber && $0.isASCII || $0 == ";" }
            let isColour = rest[parameters.endIndex...].first == "m"
            let end = isColour ? rest.index(after: parameters.endIndex) : start.upperBound
            shown += printable(String(rest[..<start.lowerBound]), keeping: ["\t"])
            shown += isColour ? String(rest[start.lowerBound..<end]) : "\\u{1B}["
            rest = rest[end...]
        }
        return shown + printable(String(rest), keeping: ["\t"])
    }

    private static func isUnfit(_ scalar: Unicode.Scalar) -> Bool {
        guard !(0x20..<0x7F).contains(scalar.value) else { return false }
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: return true
        // Joiners belong to the spelling of some scripts and to emoji.
        case .format: return scalar.value != 0x200C && scalar.value != 0x200D
        default: return false
        }
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
        }
    }
}
