package import PipelineEngine
package import PipelineModel

/// What a refused command was about: the names that its message shows.
package struct RefusalSubject: Sendable {
    let account: String
    let pipeline: PipelineName
    let stage: StageName?
    let action: ActionName?
    let execution: ExecutionID?
    /// The ARN that the caller named it with, for the operations about tags.
    let resource: String?

    /// What the operation answers for an execution that isn't there: few declare a not-found error of their own
    /// (spec: execution-semantics §7, §8).
    let unknownExecutionCode: String

    package init(
        account: String, pipeline: PipelineName, stage: StageName? = nil, action: ActionName? = nil,
        execution: ExecutionID? = nil, resource: String? = nil,
        unknownExecutionCode: String = "PipelineExecutionNotFoundException"
    ) {
        self.account = account
        self.pipeline = pipeline
        self.stage = stage
        self.action = action
        self.execution = execution
        self.resource = resource
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
        case .pipelineNotFound:
            self =
                subject.resource.map(APIError.resourceNotFound)
                ?? .pipelineNotFound(subject.pipeline, account: subject.account)
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
            self.init(
                "PipelineExecutionNotStoppableException", "Unable to stop the pipeline execution. \(reason)")
        case .duplicatedStopRequest:
            self.init(
                "DuplicatedStopRequestException",
                "The pipeline execution is already in a Stopping state. If you already chose to stop and wait, you "
                    + "cannot make that request again. You can choose to stop and abandon now, but be aware that this "
                    + "option can lead to failed tasks or out of sequence tasks. If you already chose to stop and "
                    + "abandon, you cannot make that request again.")
        case .notLatestExecution:
            self.init(
                "NotLatestPipelineExecutionException",
                "The stage '\(stage)' has run in a later execution of the pipeline and the pipelineExecutionId "
                    + "'\(execution)' associated with the request is out of date.")
        case .stageNotRetryable(let reason): self.init("StageNotRetryableException", "Unable to retry. \(reason)")
        case .conflict(let reason): self.init("ConflictException", reason)
        case .invalidApprovalToken:
            self.init(
                "InvalidApprovalTokenException",
                "The approval request already received a response or has expired.")
        case .approvalAlreadyCompleted:
            self.init(
                "ApprovalAlreadyCompletedException", "The approval action has already been approved or rejected.")
        // The token is good, and asking for another one would not help: so it isn't the token's exception. AWS has
        // none for who may not answer, besides AccessDenied, which no operation declares.
        case .approverRefused(let reason): self = .validation(reason)
        case .concurrentExecutionsLimit:
            self.init(
                "ConcurrentPipelineExecutionsLimitExceededException",
                "The pipeline has reached the limit for concurrent pipeline executions.")
        case .executionOutdated(let reason):
            self.init(
                "PipelineExecutionOutdatedException",
                "The specified pipeline execution is outdated and cannot be used as a target pipeline execution for "
                    + "rollback. \(reason)")
        case .unableToRollBack(let reason):
            self.init("UnableToRollbackStageException", "Unable to roll back the stage. \(reason)")
        case .conditionNotOverridable(let reason):
            self.init(
                "ConditionNotOverridableException",
                "Unable to override because the condition does not allow overrides. \(reason)")
        case .tooManyTags: self = .tooManyTags(on: subject.resource ?? pipeline)
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
