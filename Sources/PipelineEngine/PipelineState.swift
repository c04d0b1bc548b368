package import PipelineModel

/// All that decides what may happen next in one pipeline: the unit of consistency.
///
/// It holds the live executions, and the finished ones that are still some stage's latest (they can be retried, and
/// the state view shows them). Everything older is history and lies in the ledger's rows only.
package struct PipelineState: Codable, Sendable, Equatable {
    package var declaration: PipelineDeclaration
    /// Seconds since 1970.
    package var created: Double
    package var updated: Double
    package var stages: [StageName: StageState]
    package var executions: [ExecutionID: PipelineExecution]
    /// The number that the next execution gets.
    package var nextNumber: Int
    /// Start requests that carried a client token, oldest first, kept for a day.
    package var recentStarts: [RecentStart]
    package var tags: [String: String]
    /// The revisions of each source action that have been fetched or that started something, oldest first.
    package var seenRevisions: [ActionName: [SeenRevision]]
    /// Since when nobody polls its sources.
    package var pollingDisabledAt: Double?
    /// Declarations that PARALLEL executions run on with after an update.
    package var formerDeclarations: [PipelineDeclaration]

    package init(declaration: PipelineDeclaration, created: Double) {
        self.declaration = declaration
        self.created = created
        self.updated = created
        self.stages = Dictionary(uniqueKeysWithValues: declaration.stages.map { ($0.name, StageState()) })
        self.executions = [:]
        self.nextNumber = 1
        self.recentStarts = []
        self.tags = [:]
        self.seenRevisions = [:]
        self.formerDeclarations = []
    }

    /// The declaration that an execution runs by: the pipeline's, or for PARALLEL ones that it started with.
    package func declaration(for execution: PipelineExecution) -> PipelineDeclaration {
        guard execution.mode == .parallel, execution.pipelineVersion != declaration.version else { return declaration }
        return formerDeclarations.first { $0.version == execution.pipelineVersion } ?? declaration
    }

    /// The live or still visible attempt that a reference names.
    package func actionExecution(_ reference: ActionReference) -> ActionExecution? {
        executions[reference.execution]?.stages.first { $0.name == reference.stage }?
            .actions.first { $0.id == reference.id }
    }
}

/// One stage's doors: who is inside, who waits in front, who was the last to enter.
package struct StageState: Codable, Sendable, Equatable {
    /// The execution that holds the stage's lock.
    package var occupant: ExecutionID?
    /// In front of the stage, in the order in which they enter. SUPERSEDED mode: one at most.
    package var inbound: [InboundExecution]
    /// `nil`: nobody has touched it, and it is open.
    package var transition: TransitionState?
    /// The last standard execution of the current version that succeeded here: what a rollback goes back to.
    package var lastSucceeded: ExecutionID?
    /// The last execution that entered; only it can be retried here.
    package var latest: ExecutionID?
    /// The last attempt of each action, whichever execution it belonged to.
    package var lastActions: [ActionName: ActionExecution]
    /// Source stages: the revision that each action fetched last.
    package var currentRevisions: [ActionName: SourceRevision]

    package init() {
        inbound = []
        lastActions = [:]
        currentRevisions = [:]
    }

    package var isOpen: Bool { transition?.isEnabled ?? true }
}

/// A start request that may come again with the same client token.
package struct RecentStart: Codable, Sendable, Equatable {
    package var token: String
    package var request: StartInput
    package var execution: ExecutionID
    package var at: Double

    package init(token: String, request: StartInput, execution: ExecutionID, at: Double) {
        self.token = token
        self.request = request
        self.execution = execution
        self.at = at
    }
}

/// Names one attempt of one action without searching for it.
package struct ActionReference: Codable, Sendable, Hashable {
    package var execution: ExecutionID
    package var stage: StageName
    package var action: ActionName
    package var id: ActionExecutionID

    package init(execution: ExecutionID, stage: StageName, action: ActionName, id: ActionExecutionID) {
        self.execution = execution
        self.stage = stage
        self.action = action
        self.id = id
    }

    package init(_ action: ActionExecution) {
        self.init(execution: action.executionID, stage: action.stage, action: action.action, id: action.id)
    }
}
