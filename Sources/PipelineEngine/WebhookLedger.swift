package import PipelineModel

/// The ledger as webhooks made by PutWebhook need it: each speaks to one pipeline by name.
package protocol WebhookLedger: Sendable {
    /// Journals a delivery and starts the pipeline if `decide` says so, in one transaction. An accepted (hook, delivery
    /// id) that comes again is journaled as a duplicate and starts nothing, unless it is a replay by hand.
    ///
    /// - Parameters:
    ///   - delivery: its content says nothing.
    ///   - start: written with the start, if there is one.
    ///   - decide: called inside the write with the declaration in force; pure and quick.
    /// - Throws: ``LedgerError``.
    func record(
        _ delivery: Delivery, to pipeline: PipelineName, noting start: RegistryEntry?,
        decide: @escaping @Sendable (PipelineDeclaration) -> MatchVerdict
    ) async throws -> DeliveryReceipt
}
