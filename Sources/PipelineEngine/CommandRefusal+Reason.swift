extension CommandRefusal {
    /// The refusal in words, for the journal and for reports that nobody waits for.
    package var reason: String {
        switch self {
        case .pipelineNotFound: "the pipeline does not exist"
        case .pipelineNameInUse: "a pipeline of this name exists"
        case .stageNotFound: "the stage does not exist"
        case .actionNotFound: "the action does not exist"
        case .executionNotFound: "the execution does not exist"
        case .executionNotStoppable(let why): "the execution cannot be stopped: \(why)"
        case .duplicatedStopRequest: "the execution is being stopped already"
        case .notLatestExecution: "the execution is not the stage's latest"
        case .stageNotRetryable(let why): "the stage cannot be retried: \(why)"
        case .conflict(let why): "conflict: \(why)"
        case .invalidApprovalToken: "the approval token is not valid"
        case .approvalAlreadyCompleted: "the approval was answered already"
        case .approverRefused(let why): "the approval was refused: \(why)"
        case .concurrentExecutionsLimit: "50 executions of the pipeline run or wait, which is the limit of its mode"
        case .executionOutdated(let why): "the execution is outdated: \(why)"
        case .unableToRollBack(let why): "the stage cannot be rolled back: \(why)"
        case .conditionNotOverridable(let why): "the condition cannot be overridden: \(why)"
        case .tooManyTags: "a pipeline can have 50 tags"
        case .invalidInput(let why): "invalid input: \(why)"
        }
    }
}
