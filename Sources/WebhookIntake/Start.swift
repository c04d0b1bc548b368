import PipelineEngine
import PipelineModel

/// What a matching event asks of the pipeline: the exact commit, who made it, and the event's own facts.
struct Start {
    let event: SourceEvent
    let binding: SourceBinding
    let matchmaker: Matchmaker

    var request: StartRequest {
        StartRequest(
            trigger: trigger,
            input: StartInput(sourceRevisions: revisions, authors: authors, eventVariables: variables))
    }

    private var trigger: ExecutionTrigger {
        guard binding.filters != nil, case .connection(let arn) = binding.origin else {
            return ExecutionTrigger(type: .webhook, detail: matchmaker.webhookARN)
        }
        let facts = TriggerFacts(
            event: event, repository: binding.repository, connection: arn, provider: matchmaker.provider,
            commit: commit)
        return ExecutionTrigger(type: .webhookV2, detail: facts.detail)
    }

    /// The pushed commit; of a pull request, whatever happens to it, the head of its source branch.
    private var commit: String? {
        switch event.change {
        case .branchPushed(_, _, let after, _): after
        case .tagPushed(_, let commit): commit
        case .pullRequest(let request): request.head
        case .branchDeleted, .tagDeleted, .buildCompleted, .release, .refsChanged: nil
        }
    }

    private var revisions: [SourceRevisionOverride] {
        commit.map {
            [SourceRevisionOverride(actionName: binding.action, revisionType: .commitID, revisionValue: $0)]
        } ?? []
    }

    /// Each name, id and address once: whoever is one of them made the change.
    private var authors: [String]? {
        var people = [event.sender?.login, event.sender?.id]
        if case .pullRequest(let request) = event.change { people += [request.author?.login, request.author?.id] }
        people += [event.commit?.authorName, event.commit?.authorEmail]
        var authors: [String] = []
        for case let author? in people where !author.isEmpty && !authors.contains(author) { authors.append(author) }
        return authors.isEmpty ? nil : authors
    }

    /// The output variables that only the event knows (spec: execution-semantics §11).
    private var variables: [String: String]? {
        switch event.change {
        case .branchPushed(let branch, _, _, _): ["BranchName": branch]
        case .tagPushed(let tag, _): ["TagName": tag]
        case .pullRequest(let request):
            // A payload that doesn't say whose the source is may be a stranger's.
            [
                PipelineExecution.forkMark: request.fromFork != false && !matchmaker.trustsForks ? "true" : "",
                "PullRequestId": String(request.number), "PullRequestTitle": request.title ?? "",
                "SourceBranchName": request.sourceBranch, "DestinationBranchName": request.targetBranch,
            ].filter { !$0.value.isEmpty }
        case .branchDeleted, .tagDeleted, .buildCompleted, .release, .refsChanged: nil
        }
    }
}
