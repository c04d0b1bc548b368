/// Prometheus' text form, read strictly: what is no valid line is a fault.
struct PrometheusText {
    struct Sample {
        var name: String
        var labels: [String: String]
        var value: Double
        var family: String
    }

    private(set) var types: [String: String] = [:]
    private(set) var samples: [Sample] = []
    private(set) var faults: [String] = []

    init(_ text: String) {
        if !text.hasSuffix("\n") { faults.append("the last line has no end") }
        var family = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            if line.hasPrefix("# TYPE ") {
                let words = line.split(separator: " ")
                guard words.count == 4, ["counter", "gauge", "histogram"].contains(String(words[3])) else {
                    faults.append("bad TYPE: \(line)")
                    continue
                }
                family = String(words[2])
                if types.updateValue(String(words[3]), forKey: family) != nil { faults.append("\(family) twice") }
            } else if let sample = Self.sample(line, family: family), sample.name.hasPrefix(family) {
                samples.append(sample)
            } else {
                faults.append("bad sample: \(line)")
            }
        }
    }

    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        samples.first { $0.name == name && $0.labels == labels }?.value
    }

    private static func sample(_ line: Substring, family: String) -> Sample? {
        var rest = line
        let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") }
        rest = rest.dropFirst(name.count)
        var labels: [String: String] = [:]
        if rest.first == "{" {
            rest = rest.dropFirst()
            while rest.first != "}" {
                guard let (label, value, after) = label(rest), labels.updateValue(value, forKey: label) == nil else {
                    return nil
                }
                rest = after
                if rest.first == "," { rest = rest.dropFirst() } else if rest.first != "}" { return nil }
            }
            rest = rest.dropFirst()
        }
        guard !name.isEmpty, rest.first == " ", let value = number(rest.dropFirst()) else { return nil }
        return Sample(name: String(name), labels: labels, value: value, family: family)
    }

    private static func label(_ text: Substring) -> (String, String, Substring)? {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else { return nil }
        var rest = text[text.index(after: equals)...]
        guard rest.popFirst() == "\"" else { return nil }
        var value = ""
        while let character = rest.popFirst() {
            switch character {
            case "\"": return (String(text[..<equals]), value, rest)
            case "\\":
                switch rest.popFirst() {
                case "n": value += "\n"
                case "\\": value += "\\"
                case "\"": value += "\""
                default: return nil
                }
            default: value.append(character)
            }
        }
        return nil
    }

    private static func number(_ text: Substring) -> Double? {
        switch text {
        case "+Inf": .infinity
        case "-Inf": -.infinity
        case "NaN": .nan
        default: text.allSatisfy { "0123456789.e+-".contains($0) } ? Double(text) : nil
        }
    }
}
