package import PipelineModel

/// What a `triggers` entry says about one source action, its patterns compiled: made when the declaration is stored or
/// loaded, never for a delivery.
package struct TriggerFilters: Sendable, Equatable {
    package var push: [Filter]
    package var pullRequest: [Filter]

    /// One object of a list: its parts are AND-ed, the objects OR-ed.
    package struct Filter: Sendable, Equatable {
        /// Pull requests: the events that count.
        package var events: Set<PullRequestEvent>
        package var tags: Criterion?
        package var branches: Criterion?
        package var filePaths: Criterion?
        /// How reasons name it, e.g. `push filter 2`.
        package var name: String
    }

    /// One criterion, and how a reason shows why a name didn't pass.
    package struct Criterion: Sendable, Equatable {
        package var names: NameFilter
        /// E.g. ` matches none of the includes [main, release/**]`.
        package var notIncluded: String

        init(_ criteria: FilterCriteria) {
            names = NameFilter(criteria)
            notIncluded = " matches none of the includes [\(Self.shown(criteria.includes ?? []))]"
        }

        /// Patterns in at most about 200 characters.
        private static func shown(_ patterns: [String]) -> String {
            let text = patterns.joined(separator: ", ")
            return text.count <= 200 ? text : "\(text.prefix(200))…"
        }
    }

    /// The entry's filters; `nil` without an entry, or with one that filters nothing.
    package init?(of action: ActionName, in declaration: PipelineDeclaration) {
        let entries = (declaration.triggers ?? []).map(\.gitConfiguration).filter { $0.sourceActionName == action }
        push = entries.flatMap { $0.push ?? [] }.enumerated().map { index, filter in
            Filter(
                events: [], tags: filter.tags.map(Criterion.init), branches: filter.branches.map(Criterion.init),
                filePaths: filter.filePaths.map(Criterion.init), name: "push filter \(index + 1)")
        }
        pullRequest = entries.flatMap { $0.pullRequest ?? [] }.enumerated().map { index, filter in
            Filter(
                events: Set(filter.events ?? PullRequestEvent.allCases), tags: nil,
                branches: filter.branches.map(Criterion.init), filePaths: filter.filePaths.map(Criterion.init),
                name: "pull request filter \(index + 1)")
        }
        if push.isEmpty && pullRequest.isEmpty { return nil }
    }
}
