import PipelineEngine
import PipelineModel

/// One event against the filter objects of a trigger entry (spec: triggers-and-webhooks A1, semantics).
struct FilterCheck {
    enum Verdict {
        case passes
        /// All else passes; only the host knows the changed paths, which must pass this.
        case hangsOn(FilterCriteria)
        case no(reason: String)
    }

    let event: SourceEvent

    /// The entry's list for this kind of event.
    func list(in filters: TriggerFilters) -> [TriggerFilters.Filter] {
        if case .pullRequest = event.change { filters.pullRequest } else { filters.push }
    }

    /// The reason where that list is empty.
    var noFilter: String {
        if case .pullRequest = event.change {
            "the trigger has filters for pushes only, this is a pull request"
        } else {
            "the trigger has filters for pull requests only, this is a push"
        }
    }

    func verdict(of filter: TriggerFilters.Filter) -> Verdict {
        switch event.change {
        case .branchPushed(let branch, let before, _, _):
            return push(to: branch, isNew: before == nil, filter)
        case .tagPushed(let tag, _):
            guard let tags = filter.tags else { return no(filter, "it is for branches, the push is to a tag") }
            return refusal(of: tag, "tag", by: tags, in: filter) ?? .passes
        case .pullRequest(let request):
            guard filter.events.contains(request.event) else {
                let wanted = filter.events.map(\.rawValue).sorted().joined(separator: ", ")
                return no(filter, "the event is \(request.event.rawValue), not one of \(wanted)")
            }
            let branches = filter.branches
            return branches.flatMap { refusal(of: request.targetBranch, "target branch", by: $0, in: filter) }
                ?? paths(filter)
        case .branchDeleted, .tagDeleted: return no(filter, "the ref was deleted")
        case .buildCompleted, .release, .refsChanged: return no(filter, "the event is no push and no pull request")
        }
    }

    private func push(to branch: String, isNew: Bool, _ filter: TriggerFilters.Filter) -> Verdict {
        if filter.tags != nil, filter.branches == nil, filter.filePaths == nil {
            return no(filter, "it is for tags, the push is to a branch")
        }
        if let branches = filter.branches, let no = refusal(of: branch, "branch", by: branches, in: filter) {
            return no
        }
        // Its commits may all be known on another branch: there is nothing to compare them with.
        if filter.filePaths != nil, isNew {
            return no(filter, "branch '\(shown(branch))' is new, and the first push never passes file paths")
        }
        return paths(filter)
    }

    /// One changed file that is included and not excluded is enough. What a forced push took away stands in no payload:
    /// unless it surely was none, only the host can say that nothing matches.
    private func paths(_ filter: TriggerFilters.Filter) -> Verdict {
        guard let criterion = filter.filePaths else { return .passes }
        guard let paths = event.changedPaths else { return .hangsOn(criterion.names.criteria) }
        if paths.contains(where: criterion.names.admits) { return .passes }
        if case .branchPushed(_, _, _, let forced) = event.change, forced != false {
            return .hangsOn(criterion.names.criteria)
        }
        return no(filter, "none of the \(paths.count) changed paths matches its file paths")
    }

    private func refusal(
        of name: String, _ kind: String, by criterion: TriggerFilters.Criterion, in filter: TriggerFilters.Filter
    ) -> Verdict? {
        switch criterion.names.verdict(on: name) {
        case .admitted: nil
        case .notIncluded: .no(reason: "\(filter.name): \(kind) '\(shown(name))'\(criterion.notIncluded)")
        case .excluded(let pattern):
            no(filter, "\(kind) '\(shown(name))' matches the exclude '\(shown(pattern.text))'")
        }
    }

    private func no(_ filter: TriggerFilters.Filter, _ reason: String) -> Verdict {
        .no(reason: "\(filter.name): \(reason)")
    }

    /// The event without what isn't needed to ask for its paths: who, what words, and paths that aren't all.
    var asked: SourceEvent {
        guard case .pullRequest(var request) = event.change else {
            return SourceEvent(repository: event.repository, change: event.change)
        }
        (request.title, request.author, request.labels, request.url) = (nil, nil, nil, nil)
        return SourceEvent(repository: event.repository, change: .pullRequest(request))
    }

    /// What the host is asked where a filter hangs on the changed paths.
    var question: ChangedPathsQuestion.Change? {
        switch event.change {
        case .branchPushed(_, let before?, let after, _): .push(before: before, after: after)
        case .pullRequest(let request):
            .pullRequest(
                number: request.number, head: request.head, targetBranch: request.targetBranch, base: request.base)
        case .branchPushed, .tagPushed, .branchDeleted, .tagDeleted, .buildCompleted, .release, .refsChanged: nil
        }
    }
}
