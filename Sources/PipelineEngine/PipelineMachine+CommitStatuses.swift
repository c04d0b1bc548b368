import PipelineModel

/// What the hosts of an execution's commits are told: each stage that is entered, run again or ends is one message for
/// each commit that came through a connection. Written beside the facts, so that a crash loses none.
extension PipelineMachine {
    mutating func reportStatuses() {
        for event in events {
            switch event {
            case .stageEntered(let id, let stage), .stageRetried(let id, let stage, _),
                .stageRetriedAutomatically(let id, let stage, _):
                report(.running, "is in progress", of: stage, in: id)
            case .stageEnded(let id, let stage, let status):
                let (state, words) = Self.shown(status)
                report(state, words, of: stage, in: id)
            default: break
            }
        }
    }

    private static func shown(_ status: StageStatus) -> (CommitStatus.State, String) {
        switch status {
        case .succeeded: (.succeeded, "succeeded")
        case .failed: (.failed, "failed")
        case .skipped: (.skipped, "was skipped")
        case .stopped, .stopping: (.cancelled, "was stopped")
        case .cancelled: (.cancelled, "was cancelled")
        case .inProgress: (.running, "is in progress")
        }
    }

    private mutating func report(
        _ state: CommitStatus.State, _ words: String, of stage: StageName, in id: ExecutionID
    ) {
        guard let pipeline = draft?.declaration,
            let execution = draft?.executions[id] ?? departed.last(where: { $0.id == id })
        else { return }
        for source in StatusSource.all(of: execution, in: pipeline)
        where context.settings.commitStatuses(source.connection) {
            let status = CommitStatus(
                repository: source.repository, commit: source.commit, branch: source.branch, state: state,
                context: "penstock/\(pipeline.name)/\(stage)",
                description: "\(stage) of \(pipeline.name) \(words) (execution \(execution.number))", url: nil,
                execution: id, at: context.now)
            change(
                .schedule(
                    Effect(
                        kind: .reportStatus(status, source.connection), pipeline: pipeline.name,
                        subject: .errand(SubjectID(context.ids.uuid())), dueAt: context.now)))
        }
    }
}

/// A commit that an execution took through a connection.
private struct StatusSource {
    var connection: ConnectionARN
    var repository: String
    var commit: String
    var branch: String?

    /// In the order of the source actions; each commit of a repository once. Known from the start when an event named
    /// it, else when the source action has succeeded.
    static func all(of execution: PipelineExecution, in pipeline: PipelineDeclaration) -> [StatusSource] {
        var found: [StatusSource] = []
        for action in pipeline.stages.first?.actions ?? [] {
            guard let source = StatusSource(action, of: execution),
                !found.contains(where: { $0.repository == source.repository && $0.commit == source.commit })
            else { continue }
            found.append(source)
        }
        return found
    }

    private init?(_ action: ActionDeclaration, of execution: PipelineExecution) {
        func plain(_ key: String) -> String? {
            guard case .plain(let text)? = action.configuration[key], !text.contains("#{") else { return nil }
            return text
        }
        let named = execution.sourceRevisionOverrides.last {
            $0.actionName == action.name && $0.revisionType == .commitID
        }
        guard action.actionTypeId.provider == "CodeStarSourceConnection", let arn = plain("ConnectionArn"),
            let repository = plain("FullRepositoryId"),
            let commit = execution.sourceRevisions.last(where: { $0.actionName == action.name })?.revisionID
                ?? named?.revisionValue
        else { return nil }
        connection = ConnectionARN(arn)
        self.repository = repository
        self.commit = commit
        let event = named == nil ? nil : execution.eventVariables
        branch =
            event?["SourceBranchName"] ?? event?["BranchName"] ?? (event?["TagName"] == nil ? plain("BranchName") : nil)
    }
}
