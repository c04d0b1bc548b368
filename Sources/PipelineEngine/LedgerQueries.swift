package import PipelineModel

/// The reading side. Reads see every write that returned before them.
package protocol LedgerQueries: Sendable {
    /// By name, ascending, starting after `after`.
    func pipelines(after: PipelineName?, limit: Int) async throws -> [PipelineSummary]
    func state(of pipeline: PipelineName) async throws -> PipelineState?
    /// A version of a declaration that is or was in force.
    func declaration(of pipeline: PipelineName, version: Int) async throws -> PipelineDeclaration?
    func execution(_ id: ExecutionID) async throws -> PipelineExecution?
    /// Newest start first, with numbers below `before`.
    func executions(of pipeline: PipelineName, before: Int?, limit: Int) async throws -> [PipelineExecution]
    /// Newest start first, in rows before the cursor; one row for each attempt.
    func actionExecutions(
        of pipeline: PipelineName, execution: ExecutionID?, before: Int64?, limit: Int
    ) async throws -> [ActionExecutionRow]
    /// Newest start first, with numbers below `before`: the executions of a version that succeeded in a stage.
    func executions(
        of pipeline: PipelineName, succeededIn stage: StageName, version: Int, before: Int?, limit: Int
    ) async throws -> [PipelineExecution]
    /// Newest start first, in rows before the cursor; one row for each execution of a rule.
    func ruleExecutions(
        of pipeline: PipelineName, execution: ExecutionID?, before: Int64?, limit: Int
    ) async throws -> [RuleExecutionRow]
    /// Facts that are about the pipeline and no execution, newest first, e.g. who disabled a transition.
    func pipelineEvents(of pipeline: PipelineName, limit: Int) async throws -> [RecordedEvent]
    /// The delivery that started an execution, if one did.
    func delivery(thatStarted execution: ExecutionID) async throws -> JournalEntry?
    /// Facts in the order in which they happened.
    func events(of execution: ExecutionID) async throws -> [RecordedEvent]
    /// Newest first, with sequences below `before`, without bodies.
    func journal(before: Int64?, limit: Int) async throws -> [JournalEntry]
    /// One entry with its body.
    func journalEntry(_ sequence: Int64) async throws -> JournalEntry?
    func counts() async throws -> LedgerCounts
}

package struct PipelineSummary: Sendable, Equatable {
    package var declaration: PipelineDeclaration
    package var created: Double
    package var updated: Double

    package init(declaration: PipelineDeclaration, created: Double, updated: Double) {
        self.declaration = declaration
        self.created = created
        self.updated = updated
    }
}

package struct ActionExecutionRow: Sendable, Equatable {
    /// Grows with each attempt; the cursor of lists.
    package var sequence: Int64
    package var action: ActionExecution

    package init(sequence: Int64, action: ActionExecution) {
        self.sequence = sequence
        self.action = action
    }
}

package struct RuleExecutionRow: Sendable, Equatable {
    /// Grows with each execution of a rule; the cursor of lists.
    package var sequence: Int64
    package var rule: RuleExecution

    package init(sequence: Int64, rule: RuleExecution) {
        self.sequence = sequence
        self.rule = rule
    }
}

package struct RecordedEvent: Sendable, Equatable {
    package var sequence: Int64
    package var at: Double
    package var event: PipelineEvent

    package init(sequence: Int64, at: Double, event: PipelineEvent) {
        self.sequence = sequence
        self.at = at
        self.event = event
    }
}

/// For `/metrics` and `doctor`.
package struct LedgerCounts: Sendable, Equatable {
    package var pipelines: Int
    package var executionsByStatus: [ExecutionStatus: Int]
    package var effectsDue: Int
    package var effectsWaiting: Int
    package var deliveries: Int

    package init(
        pipelines: Int, executionsByStatus: [ExecutionStatus: Int], effectsDue: Int, effectsWaiting: Int,
        deliveries: Int
    ) {
        self.pipelines = pipelines
        self.executionsByStatus = executionsByStatus
        self.effectsDue = effectsDue
        self.effectsWaiting = effectsWaiting
        self.deliveries = deliveries
    }
}
