package import PipelineEngine
package import PipelineModel
import PluginKit

/// Decides whether an event starts a pipeline's source, and says why not. Pure; called inside the committing write.
///
/// The filters of a `triggers` entry decide; without one, a push to the action's branch starts it (spec:
/// triggers-and-webhooks A1).
package struct Matchmaker: Sendable {
    let connection: ConnectionARN
    private let connectionKey: String
    /// ProviderType, as the trigger's detail names it.
    let provider: String
    let servesGitHubV1: Bool
    /// Whether pull requests from forks run like those of the repository itself.
    let trustsForks: Bool
    private let standstill: String?
    /// The hook's ARN, the detail of a start without a trigger entry.
    let webhookARN: String

    package init(hook: Hook, webhookARN: String) {
        self.connection = hook.connection.arn
        self.connectionKey = String(hook.connection.arn.connectionKey)
        self.provider = hook.connection.provider
        self.servesGitHubV1 = hook.servesGitHubV1
        self.trustsForks = hook.connection.options["forks"] == "trusted"
        self.standstill = hook.standstill
        self.webhookARN = webhookARN
    }

    package func verdict(on event: SourceEvent, for binding: SourceBinding) -> MatchVerdict {
        guard speaks(for: binding) else { return .no(reason: otherConnection(binding.origin)) }
        // Found out before it gets here; what isn't must not be guessed.
        if let open = event.unresolved { return .no(reason: "the delivery leaves open: \(open.rawValue)") }
        if let standstill { return .no(reason: standstill) }
        switch event.change {
        case .branchDeleted(let branch, _): return .no(reason: "branch '\(shown(branch))' was deleted")
        case .tagDeleted(let tag): return .no(reason: "tag '\(shown(tag))' was deleted")
        case .branchPushed(let branch, let before?, let after, _) where before == after:
            return .no(reason: "branch '\(shown(branch))' points where it pointed before")
        case .buildCompleted: return .no(reason: "the end of a build is no change of a source")
        case .release: return .no(reason: "a release is no change of a source; its tag was pushed before")
        case .refsChanged: return .no(reason: "the delivery doesn't say what was pushed")
        case .branchPushed, .tagPushed, .pullRequest: break
        }
        return binding.filters.map { filtered(event, $0, for: binding) } ?? unfiltered(event, for: binding)
    }

    /// Without a trigger entry.
    private func unfiltered(_ event: SourceEvent, for binding: SourceBinding) -> MatchVerdict {
        switch event.change {
        case .branchPushed(let branch, _, _, _) where branch == binding.branch:
            return .starts(Start(event: event, binding: binding, matchmaker: self).request)
        case .branchPushed(let branch, _, _, _):
            return .no(reason: "the push is to branch '\(shown(branch))', the source follows '\(binding.branch)'")
        case .tagPushed(let tag, _):
            return .no(reason: "the push is to tag '\(shown(tag))', the source follows branch '\(binding.branch)'")
        case .branchDeleted, .tagDeleted, .pullRequest, .buildCompleted, .release, .refsChanged:
            return .no(reason: "the source follows pushes to branch '\(binding.branch)'")
        }
    }

    private func filtered(
        _ event: SourceEvent, _ filters: TriggerFilters, for binding: SourceBinding
    ) -> MatchVerdict {
        let check = FilterCheck(event: event)
        var reasons: [String] = []
        var open: [FilterCriteria] = []
        for filter in check.list(in: filters) {
            switch check.verdict(of: filter) {
            case .passes: return .starts(Start(event: event, binding: binding, matchmaker: self).request)
            case .hangsOn(let paths): open.append(paths)
            case .no(let reason): reasons.append(reason)
            }
        }
        guard !open.isEmpty, let change = check.question else {
            return .no(reason: reasons.isEmpty ? check.noFilter : reasons.joined(separator: "; "))
        }
        return .asks(
            ChangedPathsQuestion(
                connection: connection, repository: event.repository, change: change, event: check.asked, filters: open,
                request: Start(event: event, binding: binding, matchmaker: self).request))
    }

    private func speaks(for binding: SourceBinding) -> Bool {
        binding.connectionKey.map { $0 == connectionKey } ?? servesGitHubV1
    }

    private func otherConnection(_ origin: SourceBinding.Origin) -> String {
        switch origin {
        case .connection(let arn):
            "the source uses the connection \(arn), the hook "
                + (connection.rawValue.isEmpty ? "has none" : "speaks for \(connection)")
        case .gitHubV1: "the source is a GitHub version 1 action, the hook's connection does not serve those"
        }
    }
}

/// A name from a payload as a reason may show it.
func shown(_ name: String) -> String { name.utf8.count <= 200 ? name : "\(name.prefix(200))…" }
