extension FilterCriteria {
    /// Whether a name passes: it matches none of the excludes and, where there are includes, one of them.
    ///
    /// Compiles the patterns each time: who asks often keeps a ``NameFilter``.
    public func admits(_ name: String) -> Bool { NameFilter(self).admits(name) }
}

/// Criteria with their patterns compiled: what a trigger's binding keeps.
public struct NameFilter: Sendable, Hashable {
    /// As declared.
    public let criteria: FilterCriteria
    public let includes: [GlobPattern]
    public let excludes: [GlobPattern]

    /// What can't be compiled matches nothing: declarations are checked when they come in, so only one that is older
    /// than the check can hold such a pattern.
    public init(_ criteria: FilterCriteria) {
        self.criteria = criteria
        includes = Self.compiled(criteria.includes)
        excludes = Self.compiled(criteria.excludes)
    }

    public func admits(_ name: String) -> Bool { verdict(on: name) == .admitted }

    public func verdict(on name: String) -> Verdict {
        if let pattern = excludes.first(where: { $0.matches(name) }) { return .excluded(by: pattern) }
        return criteria.includes?.isEmpty != false || includes.contains { $0.matches(name) } ? .admitted : .notIncluded
    }

    public enum Verdict: Sendable, Equatable {
        case admitted
        case excluded(by: GlobPattern)
        case notIncluded
    }

    private static func compiled(_ patterns: [String]?) -> [GlobPattern] {
        (patterns ?? []).compactMap { text in
            do { return try GlobPattern(text) } catch { return nil }
        }
    }
}
