/// The table of CodePipeline's operations: what the doors call.
///
/// Everything that isn't in it is refused as unknown: better few operations that are right than many that answer
/// plausibly.
package struct CodePipelineOperations: Sendable {
    private static let all: [any APIOperation.Type] = [
        AcknowledgeJob.self, CreateCustomActionType.self, CreatePipeline.self, DeleteCustomActionType.self,
        DeletePipeline.self, DeleteWebhook.self, DeregisterWebhookWithThirdParty.self, DisableStageTransition.self,
        EnableStageTransition.self, GetActionType.self, GetJobDetails.self, GetPipeline.self,
        GetPipelineExecution.self, GetPipelineState.self, ListActionExecutions.self, ListActionTypes.self,
        ListPipelineExecutions.self, ListPipelines.self, ListRuleExecutions.self, ListRuleTypes.self,
        ListTagsForResource.self, ListWebhooks.self, OverrideStageCondition.self, PollForJobs.self,
        PutActionRevision.self, PutApprovalResult.self, PutJobFailureResult.self, PutJobSuccessResult.self,
        PutWebhook.self, RegisterWebhookWithThirdParty.self, RetryStageExecution.self, RollbackStage.self,
        StartPipelineExecution.self, StopPipelineExecution.self, TagResource.self, UntagResource.self,
        UpdateActionType.self, UpdatePipeline.self,
    ]

    /// AWS's names of what can be called here, sorted.
    package static let names: [String] = all.map { $0.name }

    private let table: OperationTable

    package init(service: CodePipelineService) { table = OperationTable(Self.all, service: service) }

    /// What the service's model allows as an operation's input; `nil` for an unknown operation.
    package func inputShape(of name: String) -> Shape? { table.inputShape(of: name) }

    /// Checks the input's shape, decodes it and performs the operation.
    ///
    /// - Returns: the output to encode, times as `Date`; `nil` when the answer has no body.
    /// - Throws: `UnknownOperationException`, `SerializationException`, `ValidationException`, or what the operation
    ///   refuses.
    package func perform(
        _ name: String, input: Document, in context: CallContext
    ) async throws(APIError) -> (any Encodable & Sendable)? {
        try await table.perform(name, input: input, in: context)
    }
}
