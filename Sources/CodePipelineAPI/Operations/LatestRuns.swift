import PipelineEngine
import PipelineModel

/// The latest run of each action and of each rule of one execution since it was last taken up again (spec:
/// execution-semantics §16).
struct LatestRuns {
    let service: CodePipelineService
    let pipeline: PipelineName
    let execution: ExecutionID

    private static let chunk = 100

    /// Newest first.
    func actions() async throws(APIError) -> [ActionExecutionRow] {
        let since = try await lastRestart()
        var seen: Set<ActionPlace> = []
        let (name, id) = (pipeline, execution)
        let all = try await all { ledger, last in
            try await ledger.actionExecutions(of: name, execution: id, before: last?.sequence, limit: Self.chunk)
        }
        return all.filter { row in
            row.action.startTime >= since
                && seen.insert(ActionPlace(stage: row.action.stage, action: row.action.action)).inserted
        }
    }

    /// Newest first.
    func rules() async throws(APIError) -> [RuleExecutionRow] {
        let since = try await lastRestart()
        var seen: Set<RulePlace> = []
        let (name, id) = (pipeline, execution)
        let all = try await all { ledger, last in
            try await ledger.ruleExecutions(of: name, execution: id, before: last?.sequence, limit: Self.chunk)
        }
        return all.filter { row in
            row.rule.startTime >= since
                && seen.insert(RulePlace(stage: row.rule.stage, gate: row.rule.gate, rule: row.rule.rule)).inserted
        }
    }

    private struct ActionPlace: Hashable {
        var stage: StageName
        var action: ActionName
    }

    private struct RulePlace: Hashable {
        var stage: StageName
        var gate: ConditionGate
        var rule: RuleName
    }

    /// When the execution was last taken up again, by a retry or an override; 0 if it never was.
    private func lastRestart() async throws(APIError) -> Double {
        let id = execution
        let events = try await service.read { try await $0.events(of: id) }
        let restart = events.last { recorded in
            switch recorded.event {
            case .stageRetried, .stageRetriedAutomatically, .executionResumed: true
            default: false
            }
        }
        return restart?.at ?? 0
    }

    private func all<Row: Sendable>(
        _ next: @Sendable (any Ledger, Row?) async throws -> [Row]
    ) async throws(APIError) -> [Row] {
        var all: [Row] = []
        while true {
            let last = all.last
            let rows = try await service.read { try await next($0, last) }
            all += rows
            if rows.count < Self.chunk { return all }
        }
    }
}
