package import PipelineModel

/// What a ledger may forget. `nil` means for ever.
///
/// Whatever the policy says, these stay: executions that run, wait or can be retried; the target of a rollback; what is
/// deployed, which is the last execution that succeeded in each stage.
package struct RetentionPolicy: Sendable, Equatable {
    /// Seconds since an execution's last change; also for facts about pipelines, of which the newest hundred stay.
    package var maxAge: Double?
    /// Executions that are kept of each pipeline, the newest first.
    package var maxCountPerPipeline: Int?
    /// Seconds since a delivery was received. A host that delivers again after this time starts the pipeline again, so
    /// it should be three days at least.
    package var deliveriesMaxAge: Double?
    package var deliveriesMaxCount: Int?

    package init(
        maxAge: Double? = nil, maxCountPerPipeline: Int? = nil, deliveriesMaxAge: Double? = nil,
        deliveriesMaxCount: Int? = nil
    ) {
        self.maxAge = maxAge
        self.maxCountPerPipeline = maxCountPerPipeline
        self.deliveriesMaxAge = deliveriesMaxAge
        self.deliveriesMaxCount = deliveriesMaxCount
    }
}

/// What one round of pruning has removed.
package struct PruneReport: Sendable, Equatable {
    /// Their logs and artifacts can be removed now. Who crashes before that leaves them behind.
    package var executions: [PrunedExecution]
    package var deliveries: Int
    /// Versions of declarations that no execution refers to any more.
    package var versions: Int
    /// Facts about pipelines that belong to no execution.
    package var pipelineEvents: Int
    /// Whether nothing is left that the policy lets go; else call again.
    package var isComplete: Bool

    package init(
        executions: [PrunedExecution] = [], deliveries: Int = 0, versions: Int = 0, pipelineEvents: Int = 0,
        isComplete: Bool = false
    ) {
        self.executions = executions
        self.deliveries = deliveries
        self.versions = versions
        self.pipelineEvents = pipelineEvents
        self.isComplete = isComplete
    }
}

/// An execution that the ledger has forgotten.
package struct PrunedExecution: Sendable, Equatable {
    package var id: ExecutionID
    package var pipeline: PipelineName
    /// What its own attempts were to put out, whether or not they came to store it; never what it only took over from
    /// another execution.
    package var artifacts: [StoredArtifact]

    package init(id: ExecutionID, pipeline: PipelineName, artifacts: [StoredArtifact]) {
        self.id = id
        self.pipeline = pipeline
        self.artifacts = artifacts
    }
}
