import PipelineEngine
import PipelineModel

/// What may start the pipeline: its source actions, their bindings, the triggers' filters, polling.
extension PipelineExplanation {
    static func sources(of state: PipelineState) -> [Source] {
        let declaration = state.declaration
        let bindings = SourceBinding.bindings(of: declaration)
        let actions = declaration.stages.first?.actions.filter { $0.actionTypeId.category == .source } ?? []
        return actions.map { action in
            let seen = state.seenRevisions[action.name]?.last
            let triggers = (declaration.triggers ?? []).filter { $0.gitConfiguration.sourceActionName == action.name }
            var listens = bindings.filter { $0.action == action.name }.map { told($0, filtered: !triggers.isEmpty) }
            listens += triggers.flatMap { told($0.gitConfiguration) }
            if listens.isEmpty { listens = ["no push starts it: change detection is off, or the provider has none"] }
            if state.pollingDisabledAt != nil {
                listens.append("it is polled no more: the pipeline had not run for 30 days; any start polls it again")
            }
            return Source(
                action: action.name.rawValue, provider: action.actionTypeId.provider, listens: listens,
                lastRevision: seen?.id, lastRevisionFrom: seen.map { told($0.origin) })
        }
    }

    private static func told(_ binding: SourceBinding, filtered: Bool) -> String {
        let through =
            switch binding.origin {
            case .connection(let arn): "connection \(arn)"
            case .gitHubV1: "the GitHub version 1 hook"
            }
        let what = filtered ? "what its triggers take" : "pushes to branch \(binding.branch)"
        return "\(what) in \(binding.repository), through \(through)"
    }

    private static func told(_ trigger: GitConfiguration) -> [String] {
        let pushes = (trigger.push ?? []).map { filter in
            "trigger: a push" + told("tags", filter.tags) + told("branches", filter.branches)
                + told("paths", filter.filePaths)
        }
        let requests = (trigger.pullRequest ?? []).map { filter in
            let events = filter.events.map { " " + Spoken.list($0.map(\.rawValue)) } ?? ""
            return "trigger: a pull request\(events)" + told("target branches", filter.branches)
                + told("paths", filter.filePaths)
        }
        return pushes + requests
    }

    private static func told(_ name: String, _ criteria: FilterCriteria?) -> String {
        guard let criteria else { return "" }
        let parts = [
            criteria.includes.map { Spoken.list($0) }, criteria.excludes.map { "not " + Spoken.list($0) },
        ].compactMap { $0 }
        return ", \(name) " + parts.joined(separator: ", ")
    }

    private static func told(_ origin: SeenRevision.Origin) -> String {
        switch origin {
        case .event: "a delivery or a start with this revision"
        case .poll: "a look at the source"
        case .put: "PutActionRevision"
        case .fetched: "the source action, which fetched it"
        }
    }
}
