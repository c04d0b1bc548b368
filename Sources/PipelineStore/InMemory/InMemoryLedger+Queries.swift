package import PipelineEngine
package import PipelineModel

extension InMemoryLedger {
    package func pipelines(after: PipelineName?, limit: Int) async throws -> [PipelineSummary] {
        read { rows in
            let names = rows.states.keys.filter { $0.rawValue > after?.rawValue ?? "" }.sorted().prefix(limit)
            return names.compactMap { rows.states[$0] }.map {
                PipelineSummary(declaration: $0.declaration, created: $0.created, updated: $0.updated)
            }
        }
    }

    package func state(of pipeline: PipelineName) async throws -> PipelineState? { read { $0.states[pipeline] } }

    package func declaration(of pipeline: PipelineName, version: Int) async throws -> PipelineDeclaration? {
        read { $0.versions[pipeline]?[version] }
    }

    package func execution(_ id: ExecutionID) async throws -> PipelineExecution? { read { $0.executions[id] } }

    package func executions(
        of pipeline: PipelineName, before: Int?, limit: Int
    ) async throws -> [PipelineExecution] {
        read { rows in
            let found = rows.executions.values.filter { $0.pipeline == pipeline && $0.number < before ?? .max }
            return Array(found.sorted { $0.number > $1.number }.prefix(limit))
        }
    }

    package func actionExecutions(
        of pipeline: PipelineName, execution: ExecutionID?, before: Int64?, limit: Int
    ) async throws -> [ActionExecutionRow] {
        read { rows in
            let found = rows.actions.lazy.reversed().filter {
                $0.pipeline == pipeline && $0.row.sequence < before ?? .max
                    && (execution == nil || $0.row.action.executionID == execution)
            }
            return found.prefix(limit).map(\.row)
        }
    }

    package func executions(
        of pipeline: PipelineName, succeededIn stage: StageName, version: Int, before: Int?, limit: Int
    ) async throws -> [PipelineExecution] {
        read { rows in
            let found = rows.executions.values.filter {
                $0.pipeline == pipeline && $0.number < before ?? .max && $0.pipelineVersion == version
                    && $0.hasSucceeded(in: stage)
            }
            return Array(found.sorted { $0.number > $1.number }.prefix(limit))
        }
    }

    package func ruleExecutions(
        of pipeline: PipelineName, execution: ExecutionID?, before: Int64?, limit: Int
    ) async throws -> [RuleExecutionRow] {
        read { rows in
            let found = rows.rules.lazy.reversed().filter {
                $0.pipeline == pipeline && $0.row.sequence < before ?? .max
                    && (execution == nil || $0.row.rule.executionID == execution)
            }
            return found.prefix(limit).map(\.row)
        }
    }

    package func pipelineEvents(of pipeline: PipelineName, limit: Int) async throws -> [RecordedEvent] {
        read { rows in
            let found = rows.events.lazy.reversed().filter {
                $0.pipeline == pipeline && $0.recorded.event.execution == nil
            }
            return found.prefix(limit).map(\.recorded)
        }
    }

    package func delivery(thatStarted execution: ExecutionID) async throws -> JournalEntry? {
        read { rows in
            var entry = rows.deliveries[execution].flatMap { started in
                rows.journal.first { $0.sequence == started }
            }
            entry?.body = nil
            return entry
        }
    }

    package func events(of execution: ExecutionID) async throws -> [RecordedEvent] {
        read { $0.events.map(\.recorded).filter { $0.event.execution == execution } }
    }

    package func journal(before: Int64?, limit: Int) async throws -> [JournalEntry] {
        try await journal(JournalFilter(), before: before, limit: limit)
    }

    package func journalEntry(_ sequence: Int64) async throws -> JournalEntry? {
        read { $0.journal.first { $0.sequence == sequence } }
    }

    package func counts() async throws -> LedgerCounts {
        let now = clock()
        return read { rows in
            let due = rows.effects.values.count { $0.effect.dueAt <= now }
            return LedgerCounts(
                pipelines: rows.states.count,
                executionsByStatus: rows.executions.values.reduce(into: [:]) { $0[$1.status, default: 0] += 1 },
                effectsDue: due, effectsWaiting: rows.effects.count - due, deliveries: rows.journal.count)
        }
    }

    package func nextDue() async throws -> Double? {
        let now = clock()
        return read { $0.effects.values.filter { $0.leaseUntil <= now }.map(\.effect.dueAt).min() }
    }
}
