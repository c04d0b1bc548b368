package import PipelineEngine
package import PipelineModel

extension SQLiteLedger {
    package func pipelines(after: PipelineName?, limit: Int) async throws -> [PipelineSummary] {
        try await read { try $0.pipelines(after: after, limit: limit) }
    }

    package func state(of pipeline: PipelineName) async throws -> PipelineState? {
        try await read { try $0.state(of: pipeline) }
    }

    package func declaration(of pipeline: PipelineName, version: Int) async throws -> PipelineDeclaration? {
        try await read { try $0.declaration(of: pipeline, version: version) }
    }

    package func execution(_ id: ExecutionID) async throws -> PipelineExecution? {
        try await read { try $0.execution(id) }
    }

    package func executions(
        of pipeline: PipelineName, before: Int?, limit: Int
    ) async throws -> [PipelineExecution] {
        try await read { try $0.executions(of: pipeline, before: before, limit: limit) }
    }

    package func actionExecutions(
        of pipeline: PipelineName, execution: ExecutionID?, before: Int64?, limit: Int
    ) async throws -> [ActionExecutionRow] {
        try await read {
            try $0.actionExecutions(of: pipeline, execution: execution, before: before, limit: limit)
        }
    }

    package func executions(
        of pipeline: PipelineName, succeededIn stage: StageName, version: Int, before: Int?, limit: Int
    ) async throws -> [PipelineExecution] {
        try await read {
            try $0.executions(of: pipeline, succeededIn: stage, version: version, before: before, limit: limit)
        }
    }

    package func ruleExecutions(
        of pipeline: PipelineName, execution: ExecutionID?, before: Int64?, limit: Int
    ) async throws -> [RuleExecutionRow] {
        try await read { try $0.ruleExecutions(of: pipeline, execution: execution, before: before, limit: limit) }
    }

    package func pipelineEvents(of pipeline: PipelineName, limit: Int) async throws -> [RecordedEvent] {
        try await read { try $0.pipelineEvents(of: pipeline, limit: limit) }
    }

    package func delivery(thatStarted execution: ExecutionID) async throws -> JournalEntry? {
        try await read { try $0.delivery(thatStarted: execution) }
    }

    package func events(of execution: ExecutionID) async throws -> [RecordedEvent] {
        try await read { try $0.events(of: execution) }
    }

    package func journal(before: Int64?, limit: Int) async throws -> [JournalEntry] {
        try await read { try $0.journal(before: before, limit: limit) }
    }

    package func journalEntry(_ sequence: Int64) async throws -> JournalEntry? {
        try await read { try $0.journalEntry(sequence) }
    }

    package func counts() async throws -> LedgerCounts {
        let now = clock()
        return try await read { try $0.counts(at: now) }
    }

    package func nextDue() async throws -> Double? {
        let now = clock()
        return try await read { try $0.nextDue(at: now) }
    }
}
