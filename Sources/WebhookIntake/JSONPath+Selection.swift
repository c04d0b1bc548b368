import PipelineEngine

/// What a path selects in a document.
enum JSONSelection: Sendable, Equatable {
    case nothing
    /// One value, or a list of one.
    case one(JSONTree)
    case several(Int)
    /// The path leads to more values than anybody wants to compare.
    case tooMany
}

extension JSONPath {
    /// Values that one path may lead through: `$..*..*` of a large payload would lead through billions.
    static let greatestReach = 2_000_000

    /// The values in their order, where it has one. What a step doesn't fit selects nothing.
    func selection(in document: JSONTree) -> JSONSelection {
        var reach = 0
        var found = [document]
        for segment in segments {
            var next: [JSONTree] = []
            for value in found {
                guard Self.follow(segment, from: value, into: &next, &reach) else { return .tooMany }
            }
            found = next
        }
        switch found.count {
        case 0: return .nothing
        case 1: return .one(isDefinite ? Self.onlyItem(found[0]) : found[0])
        default: return .several(found.count)
        }
    }

    /// A list of one value is as good as the value.
    private static func onlyItem(_ value: JSONTree) -> JSONTree {
        if case .array(let items) = value, items.count == 1 { items[0] } else { value }
    }

    private static func follow(
        _ segment: Segment, from value: JSONTree, into found: inout [JSONTree], _ reach: inout Int
    ) -> Bool {
        reach += 1
        guard reach <= greatestReach else { return false }
        let chosen = segment.step.values(of: value)
        reach += chosen.count
        found += chosen
        guard segment.isDeep else { return true }
        return value.children.allSatisfy { follow(segment, from: $0, into: &found, &reach) }
    }
}

extension JSONPath.Step {
    fileprivate func values(of value: JSONTree) -> [JSONTree] {
        switch (self, value) {
        case (.names(let names), .object(let members)): names.compactMap { members[$0] }
        case (.indices(let indices), .array(let items)):
            indices.map { $0 < 0 ? $0 + items.count : $0 }.filter(items.indices.contains).map { items[$0] }
        case (.slice(let from, let to), .array(let items)): Array(items[Self.range(from, to, items.count)])
        case (.all, _): value.children
        case (.filter(let condition), .array(let items)): items.filter(condition.holds)
        case (.filter(let condition), .object): condition.holds(for: value) ? [value] : []
        case (.length, .array(let items)): [.number(String(items.count))]
        case (.length, .object(let members)): [.number(String(members.count))]
        default: []
        }
    }

    private static func range(_ from: Int?, _ to: Int?, _ count: Int) -> Range<Int> {
        func place(_ index: Int) -> Int { min(max(index < 0 ? index + count : index, 0), count) }
        let start = place(from ?? 0)
        return start..<max(start, place(to ?? count))
    }
}

extension JSONTree {
    /// Members in the order of their names.
    fileprivate var children: [JSONTree] {
        switch self {
        case .array(let items): items
        case .object(let members): members.sorted { $0.key < $1.key }.map(\.value)
        case .null, .bool, .number, .string: []
        }
    }

    fileprivate func value(at path: [JSONPath.Segment]) -> JSONTree? {
        path.reduce(Optional(self)) { value, segment in value.flatMap { segment.step.values(of: $0).first } }
    }
}

extension JSONPath.Condition {
    fileprivate func holds(for value: JSONTree) -> Bool {
        switch self {
        case .has(let path): value.value(at: path) != nil
        case .compare(let path, let comparison, let literal):
            value.value(at: path).map { comparison.holds($0, literal) } ?? (comparison == .unequal)
        case .not(let condition): !condition.holds(for: value)
        case .all(let conditions): conditions.allSatisfy { $0.holds(for: value) }
        case .any(let conditions): conditions.contains { $0.holds(for: value) }
        }
    }
}

extension JSONPath.Comparison {
    /// Values of two kinds are unequal, and neither is below the other.
    fileprivate func holds(_ value: JSONTree, _ literal: JSONPath.Literal) -> Bool {
        switch (value, literal) {
        case (.string(let left), .string(let right)): compare(left, right)
        case (.number(let text), .number(let right)): Double(text).map { compare($0, right) } ?? (self == .unequal)
        case (.bool(let left), .bool(let right)): self == .equal ? left == right : self == .unequal && left != right
        case (.null, .null): self == .equal
        default: self == .unequal
        }
    }

    private func compare<Value: Comparable>(_ left: Value, _ right: Value) -> Bool {
        switch self {
        case .equal: left == right
        case .unequal: left != right
        case .atMost: left <= right
        case .atLeast: left >= right
        case .below: left < right
        case .above: left > right
        }
    }
}
