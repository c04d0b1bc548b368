/// `$NAME` and `${NAME}` in the paths of artifacts. Nothing else of the shell's language is known there.
enum VariableReferences {
    static func names(in text: String) -> [String] {
        var names: [String] = []
        _ = replaced(in: text) { name in
            names.append(name)
            return ""
        }
        return names
    }

    /// An unset variable gives nothing, as in the shell.
    static func expanded(_ text: String, with values: [String: String]) -> String {
        replaced(in: text) { values[$0] ?? "" }
    }

    private static func replaced(in text: String, by value: (String) -> String) -> String {
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            let isBraced = rest.first == "{"
            let body = isBraced ? rest.dropFirst() : rest
            let name = body.prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
            guard EnvironmentName.isValid(String(name)), !isBraced || body.dropFirst(name.count).first == "}" else {
                result += "$"
                continue
            }
            result += value(String(name))
            rest = body.dropFirst(name.count + (isBraced ? 1 : 0))
        }
        return result + rest
    }
}
