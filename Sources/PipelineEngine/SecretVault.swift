package import PipelineModel

/// Seals secrets before any row is written and opens them just before a job runs.
package protocol SecretVault: Sendable {
    func seal(_ text: String) throws -> SealedSecret
    /// - Throws: when the secret was sealed under a key that this data folder doesn't have, or was changed.
    func open(_ secret: SealedSecret) throws -> String
}
