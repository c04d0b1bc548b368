/// Walks an input beside its shape and collects everything that is wrong with it.
///
/// Members that the shape doesn't know are ignored, and `null` counts as absent, as AWS does.
package struct ShapeCheck: Sendable {
    package struct Violation: Sendable, Equatable {
        package let path: String
        package let constraint: String
    }

    /// A value of another type than the shape's; AWS can't even read such an input.
    package struct Mismatch: Sendable, Equatable {
        package let path: String
        package let message: String
    }

    package private(set) var violations: [Violation] = []
    package private(set) var mismatches: [Mismatch] = []

    package init(_ document: Document, against shape: Shape, at path: String = "") {
        check(document, shape, at: path)
    }

    /// - Throws: `SerializationException` for the first wrong type, else one `ValidationException` for all violations.
    package func report() throws(APIError) {
        if let first = mismatches.first { throw .serialization(first.message) }
        guard !violations.isEmpty else { return }
        let noun = violations.count == 1 ? "1 validation error" : "\(violations.count) validation errors"
        throw .validation("\(noun) detected: " + violations.map(\.description).joined(separator: "; "))
    }

    private mutating func check(_ document: Document, _ shape: Shape, at path: String) {
        switch (shape, document) {
        case (.string(let rule), .string(let value)):
            violate(rule.broken(by: value), at: path)
        case (.integer(let min, let max), .integer(let value)):
            check(value, min: min, max: max, at: path)
        case (.integer(let min, let max), .number(let value)) where value == value.rounded() && abs(value) < 1e15:
            check(Int64(value), min: min, max: max, at: path)
        case (.boolean, .bool), (.timestamp, .integer), (.timestamp, .number): break
        case (.list(let element, let min, let max), .list(let items)):
            violate(Constraint.length(items.count, min: min, max: max), at: path)
            for (index, item) in items.enumerated() { check(item: item, element, at: "\(path).\(index + 1).member") }
        case (.map(let key, let value, let min, let max), .structure(let entries)):
            violate(Constraint.length(entries.count, min: min, max: max), at: path)
            check(entries, key: key, value: value, at: path)
        case (.structure(let members), .structure(let values)):
            for member in members { check(member, of: values, at: path) }
        default:
            mismatches.append(Mismatch(path: path, message: document.mismatch(with: shape, at: path)))
        }
    }

    private mutating func check(_ member: Shape.Member, of values: [String: Document], at path: String) {
        let place = path.isEmpty ? member.name : "\(path).\(member.name)"
        if let value = values[member.name], value != .null {
            check(value, member.shape, at: place)
        } else if member.isRequired {
            violate([Constraint.notNull], at: place)
        }
    }

    private mutating func check(item: Document, _ shape: Shape, at path: String) {
        if item == .null { violate([Constraint.notNull], at: path) } else { check(item, shape, at: path) }
    }

    private mutating func check(_ value: Int64, min: Int64?, max: Int64?, at path: String) {
        if let max, value > max { violate(["Member must have value less than or equal to \(max)"], at: path) }
        if let min, value < min { violate(["Member must have value greater than or equal to \(min)"], at: path) }
    }

    /// AWS names a map's faulty text once for the map, with all constraints of its keys or values.
    private mutating func check(_ entries: [String: Document], key: Shape, value: Shape, at path: String) {
        if case .string(let rule) = key, entries.keys.contains(where: { !rule.broken(by: $0).isEmpty }) {
            violate(["Map keys must satisfy constraint: [\(rule.constraints.joined(separator: ", "))]"], at: path)
        }
        guard case .string(let rule) = value else {
            for (name, item) in entries.sorted(by: { $0.key < $1.key }) {
                check(item: item, value, at: "\(path).\(name).member")
            }
            return
        }
        var isBroken = false
        for (name, item) in entries.sorted(by: { $0.key < $1.key }) {
            switch item {
            case .string(let text): isBroken = isBroken || !rule.broken(by: text).isEmpty
            case .null: isBroken = true
            default:
                let place = "\(path).\(name)"
                mismatches.append(Mismatch(path: place, message: item.mismatch(with: value, at: place)))
            }
        }
        guard isBroken else { return }
        violate(["Map value must satisfy constraint: [\(rule.constraints.joined(separator: ", "))]"], at: path)
    }

    private mutating func violate(_ constraints: [String], at path: String) {
        violations += constraints.map { Violation(path: path, constraint: $0) }
    }
}

extension ShapeCheck.Violation: CustomStringConvertible {
    package var description: String { "Value at '\(path)' failed to satisfy constraint: \(constraint)" }
}
