package import PipelineEngine
package import PipelineModel
import PluginKit

/// Decides whether an event starts a pipeline's source, and says why not. Pure; called inside the committing write.
///
/// Without a `triggers` entry, a push to the action's branch starts it (spec: triggers-and-webhooks A1).
package struct Matchmaker: Sendable {
    let connection: ConnectionARN
    let servesGitHubV1: Bool
    /// The hook's ARN, the trigger's detail.
    let webhookARN: String

    package init(hook: Hook, webhookARN: String) {
        self.connection = hook.connection.arn
        self.servesGitHubV1 = hook.servesGitHubV1
        self.webhookARN = webhookARN
    }

    package func verdict(on event: SourceEvent, for binding: SourceBinding) -> MatchVerdict {
        guard speaks(for: binding.origin) else { return .no(reason: otherConnection(binding.origin)) }
        switch event.change {
        case .branchPushed(let branch, let before, let after, _):
            guard before != after else { return .no(reason: "branch '\(branch)' points where it pointed before") }
            guard branch == binding.branch else {
                return .no(reason: "the push is to branch '\(branch)', the source follows '\(binding.branch)'")
            }
            return .starts(start(binding.action, at: after))
        case .branchDeleted(let branch, _): return .no(reason: "branch '\(branch)' was deleted")
        case .tagPushed(let tag, _):
            return .no(reason: "the push is to tag '\(tag)', the source follows branch '\(binding.branch)'")
        case .pullRequest: return .no(reason: "the source follows pushes to branch '\(binding.branch)'")
        case .tagDeleted(let tag): return .no(reason: "tag '\(tag)' was deleted")
        }
    }

    private func speaks(for origin: SourceBinding.Origin) -> Bool {
        switch origin {
        case .connection(let arn): arn.connectionKey == connection.connectionKey
        case .gitHubV1: servesGitHubV1
        }
    }

    private func otherConnection(_ origin: SourceBinding.Origin) -> String {
        switch origin {
        case .connection(let arn): "the source uses the connection \(arn), the hook speaks for \(connection)"
        case .gitHubV1: "the source is a GitHub version 1 action, the hook's connection does not serve those"
        }
    }

    private func start(_ action: ActionName, at commit: String) -> StartRequest {
        StartRequest(
            trigger: ExecutionTrigger(type: .webhook, detail: webhookARN),
            input: StartInput(sourceRevisions: [
                SourceRevisionOverride(actionName: action, revisionType: .commitID, revisionValue: commit)
            ]))
    }
}
