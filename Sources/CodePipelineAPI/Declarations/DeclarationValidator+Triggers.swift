import Foundation
import PipelineModel

/// What starts a V2 pipeline: source actions, filter combinations, patterns (spec: pipeline-structure §7).
extension DeclarationValidator {
    /// Bytes of all triggers together, as JSON.
    private static let sizeLimit = 200 * 1024

    func triggerFaults(in pipeline: DeclaredPipeline) -> [DeclarationFault] {
        guard pipeline.type == .v2, let triggers = pipeline.triggers else { return [] }
        var seen: Set<ActionName> = []
        let faults = triggers.enumerated().flatMap { index, trigger in
            let path = "pipeline.triggers.\(index + 1).member.gitConfiguration"
            let isNew = seen.insert(trigger.gitConfiguration.sourceActionName).inserted
            return referenceFaults(of: trigger, isNew: isNew, in: pipeline, at: path)
                + filterFaults(of: trigger.gitConfiguration, at: path)
        }
        return sizeFaults(of: triggers) + faults
    }

    private func sizeFaults(of triggers: [TriggerDeclaration]) -> [DeclarationFault] {
        // Strings in arrays always encode.
        guard let size = try? JSONEncoder().encode(triggers).count, size > Self.sizeLimit else { return [] }
        return [
            .structure(
                "pipeline.triggers",
                "The triggers of the pipeline take \(size) bytes. There can only be up to \(Self.sizeLimit) bytes of "
                    + "triggers in a pipeline")
        ]
    }

    private func referenceFaults(
        of trigger: TriggerDeclaration, isNew: Bool, in pipeline: DeclaredPipeline, at path: String
    ) -> [DeclarationFault] {
        let source = pipeline.placedActions.first { place in
            let type = place.action.actionTypeId
            return place.action.isSource && type.provider == "CodeStarSourceConnection"
                && place.action.name == trigger.gitConfiguration.sourceActionName
        }
        guard source == nil || !isNew else { return [] }
        return [
            .structure(
                "\(path).sourceActionName",
                "Triggers for connections must reference a CodeStarSourceConnection action. Note that when you specify "
                    + "a trigger, you can't specify more than one trigger per source action.")
        ]
    }

    private func filterFaults(of git: GitConfiguration, at path: String) -> [DeclarationFault] {
        let push = git.push ?? []
        let pullRequest = git.pullRequest ?? []
        var faults: [DeclarationFault] = []
        if push.isEmpty, pullRequest.isEmpty { faults.append(invalidCombination(at: path)) }
        for (index, filter) in push.enumerated() {
            let place = "\(path).push.\(index + 1).member"
            if !filter.isValid || push[..<index].contains(filter) { faults.append(invalidCombination(at: place)) }
            faults += patternFaults(
                [("tags", filter.tags), ("branches", filter.branches), ("filePaths", filter.filePaths)], of: git,
                at: place)
        }
        for (index, filter) in pullRequest.enumerated() {
            let place = "\(path).pullRequest.\(index + 1).member"
            let isRepeated = pullRequest[..<index].contains { $0.means(filter) }
            if filter.branches == nil || isRepeated { faults.append(invalidCombination(at: place)) }
            faults += patternFaults(
                [("branches", filter.branches), ("filePaths", filter.filePaths)], of: git, at: place)
        }
        return faults
    }

    private func invalidCombination(at path: String) -> DeclarationFault {
        .structure(
            path,
            "The trigger configuration for the source action is not valid. Make sure to choose valid filter "
                + "combinations.")
    }

    private func patternFaults(
        _ criteria: [(member: String, criteria: FilterCriteria?)], of git: GitConfiguration, at path: String
    ) -> [DeclarationFault] {
        criteria.flatMap { member, criteria in
            [("includes", criteria?.includes), ("excludes", criteria?.excludes)].flatMap { list, patterns in
                (patterns ?? []).enumerated().compactMap { index, pattern in
                    complaint(about: pattern).map { reason in
                        .structure(
                            "\(path).\(member).\(list).\(index + 1).member",
                            "The trigger configuration for the source action '\(git.sourceActionName)' is not valid: "
                                + reason)
                    }
                }
            }
        }
    }

    private func complaint(about pattern: String) -> String? {
        do throws(GlobPatternError) {
            _ = try GlobPattern(pattern)
            return nil
        } catch {
            return error.description
        }
    }
}

extension PushFilter {
    /// Tags alone, or branches with or without file paths.
    fileprivate var isValid: Bool {
        switch (tags, branches, filePaths) {
        case (.some, nil, nil), (nil, .some, _): true
        default: false
        }
    }
}

extension PullRequestFilter {
    /// Whether both filters let the same through: events are a set, and none means all.
    fileprivate func means(_ other: PullRequestFilter) -> Bool {
        branches == other.branches && filePaths == other.filePaths && eventSet == other.eventSet
    }

    private var eventSet: Set<PullRequestEvent> { Set(events ?? PullRequestEvent.allCases) }
}
