public import PipelineModel

/// Shows at a commit of a Git host how far a pipeline has come with it.
public protocol CommitStatusReporter: Sendable {
    /// The `provider` of the connections that it speaks for.
    var provider: String { get }

    /// Puts the status at the commit. May be called twice with the same status: with `mayBeThere` the host is asked
    /// first, so that it shows each transition once.
    ///
    /// - Throws: `configurationError`, `permissionError`, `revisionUnavailable` when it will never be taken, any other
    ///   type when it may be later.
    func report(
        _ status: CommitStatus, mayBeThere: Bool, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails)
}
