package import PipelineEngine
package import PipelineModel

/// Where webhooks stand in the world: their URLs, and the hooks at Git hosts that send to them.
package protocol ThirdPartyHooks: Sendable {
    /// Where deliveries of a hook come in.
    func url(of hook: HookID) -> String

    /// Makes or repairs the hook at the host of the webhook's target action. What goes wrong at the host is written to
    /// the webhook's ``HookRegistrationRecord`` and not thrown.
    ///
    /// - Throws: `LedgerError`, `RegistryConflict`.
    func register(_ webhook: WebhookRecord) async throws

    /// Removes the hook that ``register(_:)`` has made. May be called when there is none.
    ///
    /// - Throws: `LedgerError`, `RegistryConflict`.
    func deregister(_ webhook: WebhookRecord) async throws
}
