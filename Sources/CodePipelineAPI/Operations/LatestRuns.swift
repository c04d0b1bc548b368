import PipelineEngine
import PipelineModel

/// The latest run of each action of one execution since its last retry (spec: execution-semantics §16).
struct LatestRuns {
    let service: CodePipelineService
    let pipeline: PipelineName
    let execution: ExecutionID

    private static let chunk = 100

    /// Newest first.
    func rows() async throws(APIError) -> [ActionExecutionRow] {
        let since = try await lastRetry()
        var seen: Set<ActionPlace> = []
        return try await attempts().filter { row in
            row.action.startTime >= since
                && seen.insert(ActionPlace(stage: row.action.stage, action: row.action.action)).inserted
        }
    }

    private struct ActionPlace: Hashable {
        var stage: StageName
        var action: ActionName
    }

    /// When the execution was last taken up again; 0 if it never was.
    private func lastRetry() async throws(APIError) -> Double {
        let id = execution
        let events = try await service.read { try await $0.events(of: id) }
        let retry = events.last { recorded in
            if case .stageRetried = recorded.event { true } else { false }
        }
        return retry?.at ?? 0
    }

    private func attempts() async throws(APIError) -> [ActionExecutionRow] {
        var all: [ActionExecutionRow] = []
        while true {
            let (name, id, before) = (pipeline, execution, all.last?.sequence)
            let rows = try await service.read {
                try await $0.actionExecutions(of: name, execution: id, before: before, limit: Self.chunk)
            }
            all += rows
            if rows.count < Self.chunk { return all }
        }
    }
}
