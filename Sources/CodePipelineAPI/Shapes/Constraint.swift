/// The phrases in which AWS words a broken constraint (spec: pipeline-structure §1).
enum Constraint {
    static let notNull = "Member must not be null"

    static func atMost(_ max: Int) -> String { "Member must have length less than or equal to \(max)" }
    static func atLeast(_ min: Int) -> String { "Member must have length greater than or equal to \(min)" }

    /// The length constraints that a length breaks; used for texts, lists and maps alike.
    static func length(_ length: Int, min: Int?, max: Int?) -> [String] {
        var broken: [String] = []
        if let max, length > max { broken.append(atMost(max)) }
        if let min, length < min { broken.append(atLeast(min)) }
        return broken
    }
}

extension Shape.StringRule {
    /// Every constraint that the rule has, whether broken or not.
    var constraints: [String] {
        [max.map(Constraint.atMost), min.map(Constraint.atLeast), patternPhrase, valuesPhrase].compactMap(\.self)
    }

    /// The constraints that a value breaks. Lengths are UTF-16 units, as on the service's side.
    func broken(by value: String) -> [String] {
        var broken = Constraint.length(value.utf16.count, min: min, max: max)
        if let pattern, !pattern.matches(value), let patternPhrase { broken.append(patternPhrase) }
        if let values, !values.contains(value), let valuesPhrase { broken.append(valuesPhrase) }
        return broken
    }

    private var patternPhrase: String? {
        pattern.map { "Member must satisfy regular expression pattern: \($0.text)" }
    }

    private var valuesPhrase: String? {
        values.map { "Member must satisfy enum value set: [\($0.joined(separator: ", "))]" }
    }
}

extension Document {
    /// Says what stands where another type belongs. Never shows the value: it may be a secret.
    func mismatch(with shape: Shape, at path: String) -> String {
        let place = path.isEmpty ? "the request body" : "'\(path)'"
        return "\(typeName) can not be converted to \(shape.typeName) at \(place)"
    }

    private var typeName: String {
        switch self {
        case .null: "NULL_VALUE"
        case .bool(let value): value ? "TRUE_VALUE" : "FALSE_VALUE"
        case .integer, .number: "NUMBER_VALUE"
        case .string: "STRING_VALUE"
        case .list: "A list"
        case .structure: "An object"
        }
    }
}

extension Shape {
    fileprivate var typeName: String {
        switch self {
        case .string: "a String"
        case .integer: "an Integer"
        case .boolean: "a Boolean"
        case .timestamp: "a Timestamp"
        case .list: "a list"
        case .map, .structure: "an object"
        }
    }
}
