/// The table of operations: what the doors call.
///
/// Everything that isn't in it is refused as unknown: better few operations that are right than many that answer
/// plausibly.
package struct CodePipelineOperations: Sendable {
    private struct Entry: Sendable {
        let shape: Shape
        let run: @Sendable (Document, CallContext) async throws(APIError) -> any Encodable & Sendable
    }

    private static let all: [any APIOperation.Type] = [
        AcknowledgeJob.self, CreateCustomActionType.self, CreatePipeline.self, DeleteCustomActionType.self,
        DeletePipeline.self, DisableStageTransition.self, EnableStageTransition.self, GetActionType.self,
        GetJobDetails.self, GetPipeline.self, GetPipelineExecution.self, GetPipelineState.self,
        ListActionExecutions.self, ListActionTypes.self, ListPipelineExecutions.self, ListPipelines.self,
        ListRuleExecutions.self, ListRuleTypes.self, ListTagsForResource.self, OverrideStageCondition.self,
        PollForJobs.self, PutActionRevision.self, PutApprovalResult.self, PutJobFailureResult.self,
        PutJobSuccessResult.self, RetryStageExecution.self, RollbackStage.self, StartPipelineExecution.self,
        StopPipelineExecution.self, TagResource.self, UntagResource.self, UpdateActionType.self, UpdatePipeline.self,
    ]

    /// AWS's names of what can be called here, sorted.
    package static let names: [String] = all.map { $0.name }

    private let entries: [String: Entry]

    package init(service: CodePipelineService) {
        entries = Dictionary(
            uniqueKeysWithValues: Self.all.map { ($0.name, Self.entry($0, service: service)) })
    }

    /// What the service's model allows as an operation's input; `nil` for an unknown operation.
    package func inputShape(of name: String) -> Shape? { entries[name]?.shape }

    /// Checks the input's shape, decodes it and performs the operation.
    ///
    /// - Returns: the output to encode, times as `Date`; `nil` when the answer has no body.
    /// - Throws: `UnknownOperationException`, `SerializationException`, `ValidationException`, or what the operation
    ///   refuses.
    package func perform(
        _ name: String, input: Document, in context: CallContext
    ) async throws(APIError) -> (any Encodable & Sendable)? {
        guard let entry = entries[name] else { throw .unknownOperation(name) }
        try ShapeCheck(input, against: entry.shape).report()
        let output = try await entry.run(input, context)
        return output is NoOutput ? nil : output
    }

    private static func entry<Call: APIOperation>(_ type: Call.Type, service: CodePipelineService) -> Entry {
        let operation = Call(service: service)
        return Entry(shape: Call.inputShape(service.settings)) { document, context throws(APIError) in
            let input: Call.Input
            do {
                input = try document.decode(Call.Input.self)
            } catch {
                throw .internalFailure("the input of \(Call.name) passed its shape and can't be decoded: \(error)")
            }
            return try await operation(input, in: context)
        }
    }
}
