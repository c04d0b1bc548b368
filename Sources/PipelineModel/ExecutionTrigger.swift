/// What started an execution. Types and details follow AWS (spec: execution-semantics §13).
public struct ExecutionTrigger: Codable, Sendable, Equatable {
    public enum Kind: String, Codable, Sendable, CaseIterable {
        case createPipeline = "CreatePipeline"
        case startPipelineExecution = "StartPipelineExecution"
        case pollForSourceChanges = "PollForSourceChanges"
        case webhook = "Webhook"
        case cloudWatchEvent = "CloudWatchEvent"
        case putActionRevision = "PutActionRevision"
        case webhookV2 = "WebhookV2"
        case manualRollback = "ManualRollback"
        case automatedRollback = "AutomatedRollback"
    }

    public var type: Kind
    /// At most 1024 characters: the caller's ARN, or the facts of the event.
    public var detail: String?

    public init(type: Kind, detail: String? = nil) {
        self.type = type
        self.detail = detail
    }
}
