package import PipelineEngine
package import PipelineModel

extension InMemoryLedger: WebhookLedger {
    package func record(
        _ delivery: Delivery, to pipeline: PipelineName, noting start: RegistryEntry?,
        decide: @escaping @Sendable (PipelineDeclaration) -> MatchVerdict
    ) async throws -> DeliveryReceipt {
        try write { session in try session.record(delivery, to: pipeline, noting: start, decide: decide) }
    }
}
