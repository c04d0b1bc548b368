package import PipelineEngine
package import PipelineModel

/// What a refused command was about: the names that its message shows.
package struct RefusalSubject: Sendable {
    let account: String
    let pipeline: PipelineName
    let stage: StageName?
    let action: ActionName?
    let execution: ExecutionID?

    /// What the operation answers for an execution that isn't there: few declare a not-found error of their own
    /// (spec: execution-semantics §7, §8).
    let unknownExecutionCode: String

    package init(
        account: String, pipeline: PipelineName, stage: StageName? = nil, action: ActionName? = nil,
        execution: ExecutionID? = nil, unknownExecutionCode: String = "PipelineExecutionNotFoundException"
    ) {
        self.account = account
        self.pipeline = pipeline
        self.stage = stage
        self.action = action
        self.execution = execution
        self.unknownExecutionCode = unknownExecutionCode
    }
}

extension APIError {
    /// The AWS name and text of each reason for which the engine refuses a command
    /// (spec: execution-semantics §7, §8, §14, §17).
    package init(_ refusal: CommandRefusal, about subject: RefusalSubject) {
        let pipeline = subject.pipeline.rawValue
        let stage = subject.stage?.rawValue ?? ""
        let execution = subject.execution?.rawValue ?? ""
        switch refusal {
        case .pipelineNotFound: self = .pipelineNotFound(subject.pipeline, account: subject.account)
        case .pipelineNameInUse:
            self.init(
                "PipelineNameInUseException",
                "A pipeline with the name '\(pipeline)' already exists in account '\(subject.account)'")
        case .stageNotFound:
            self.init("StageNotFoundException", "The pipeline '\(pipeline)' has no stage with name '\(stage)'")
        case .actionNotFound:
            let action = subject.action?.rawValue ?? ""
            self.init(
                "ActionNotFoundException",
                "The stage '\(stage)' of pipeline '\(pipeline)' has no action with name '\(action)'")
        case .executionNotFound:
            self.init(
                subject.unknownExecutionCode, "The pipeline '\(pipeline)' has no execution with ID '\(execution)'")
        case .executionNotStoppable(let reason):
            self.init("PipelineExecutionNotStoppableException", reason)
        case .duplicatedStopRequest:
            self.init(
                "DuplicatedStopRequestException",
                "The execution '\(execution)' is stopping already in the way that was asked for")
        case .notLatestExecution:
            self.init(
                "NotLatestPipelineExecutionException",
                "The execution '\(execution)' is no longer the latest one in stage '\(stage)': it can't be retried")
        case .stageNotRetryable(let reason): self.init("StageNotRetryableException", reason)
        case .conflict(let reason): self.init("ConflictException", reason)
        case .invalidApprovalToken:
            self.init(
                "InvalidApprovalTokenException",
                "The approval token is not valid here: GetPipelineState shows the one that is waited for")
        case .approvalAlreadyCompleted:
            self.init("ApprovalAlreadyCompletedException", "The approval action has been answered already")
        case .approverRefused(let reason): self.init("InvalidApprovalTokenException", reason)
        case .concurrentExecutionsLimit:
            self.init(
                "ConcurrentPipelineExecutionsLimitExceededException",
                "The pipeline has reached the limit for concurrent pipeline executions.")
        case .executionOutdated(let reason): self.init("PipelineExecutionOutdatedException", reason)
        case .unableToRollBack(let reason): self.init("UnableToRollbackStageException", reason)
        case .conditionNotOverridable(let reason): self.init("ConditionNotOverridableException", reason)
        case .tooManyTags:
            self.init("TooManyTagsException", "Tag limit exceeded for pipeline '\(pipeline)'.")
        case .invalidInput(let reason): self = .validation(reason)
        }
    }

    static func pipelineNotFound(_ name: PipelineName, account: String) -> APIError {
        APIError(
            "PipelineNotFoundException", "Account '\(account)' does not have a pipeline with name '\(name)'")
    }

    static func executionNotFound(_ id: ExecutionID, of pipeline: PipelineName) -> APIError {
        APIError(
            .executionNotFound, about: RefusalSubject(account: "", pipeline: pipeline, execution: id))
    }

    /// What broke between the API and the ledger: the caller may repeat the request in the first case.
    static func infrastructure(_ error: any Error) -> APIError {
        switch error {
        case let error as APIError: error
        case LedgerError.storageFailed, LedgerError.queueFull, LedgerError.closed: .unavailable("\(error)")
        case is CancellationError: .unavailable("the request was cancelled")
        default: .internalFailure("\(error)")
        }
    }
}
