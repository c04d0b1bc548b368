import Dispatch
import PipelineEngine
import PipelineModel
import PipelineSimulator
import PipelineStore
import Synchronization

/// The ledger on disk, asked one thing at a time: the world around it waits for each answer.
struct BlockingLedger: SimulationLedger {
    let ledger: SQLiteLedger
    let pipelines: [PipelineName]

    var states: [PipelineName: PipelineState] {
        var states: [PipelineName: PipelineState] = [:]
        for name in pipelines { states[name] = try? wait { [ledger] in try await ledger.state(of: name) } }
        return states
    }

    var effectCount: Int {
        let counts = try? wait { [ledger] in try await ledger.counts() }
        return counts.map { $0.effectsDue + $0.effectsWaiting } ?? -1
    }

    func perform(_ command: PipelineCommand, on pipeline: PipelineName) throws -> CommandOutcome {
        try wait { [ledger] in try await ledger.perform(command, on: pipeline) }
    }

    func record(
        _ delivery: Delivery, match: @escaping @Sendable (SourceEvent, SourceBinding) -> MatchVerdict
    ) throws -> DeliveryReceipt {
        try wait { [ledger] in try await ledger.record(delivery, match: match) }
    }

    func claim(limit: Int, worker: WorkerID, lease: Double) throws -> [ClaimedEffect] {
        try wait { [ledger] in try await ledger.claim(limit: min(limit, 1000), worker: worker, lease: lease) }
    }

    func renew(_ effects: [EffectID], worker: WorkerID, lease: Double) throws -> Set<EffectID> {
        try wait { [ledger] in try await ledger.renew(effects, worker: worker, lease: lease) }
    }

    func release(_ effects: [EffectID], worker: WorkerID) throws {
        try wait { [ledger] in try await ledger.release(effects, worker: worker) }
    }

    func finish(
        _ effect: EffectID, reporting command: PipelineCommand?, on pipeline: PipelineName
    ) throws -> CommandOutcome {
        try wait { [ledger] in try await ledger.finish(effect, reporting: command, on: pipeline) }
    }

    func offer(_ claimed: ClaimedEffect) throws -> JobID? {
        try wait { [ledger] in try await ledger.offer(claimed) }
    }

    func poll(_ query: JobQuery, limit: Int) throws -> [Job] {
        try wait { [ledger] in try await ledger.poll(query, limit: min(limit, 1000)) }
    }

    func acknowledge(_ job: JobID, nonce: String) throws -> JobAnswer {
        try wait { [ledger] in try await ledger.acknowledge(job, nonce: nonce) }
    }

    func report(_ outcome: JobOutcome, of job: JobID) throws -> JobAnswer {
        try wait { [ledger] in try await ledger.report(outcome, of: job) }
    }

    func executions(of pipeline: PipelineName) throws -> [PipelineExecution] {
        try wait { [ledger] in try await ledger.executions(of: pipeline, before: nil, limit: 1000) }
    }

    func attempts(of pipeline: PipelineName) throws -> [ActionExecutionRow] {
        try wait { [ledger] in
            try await ledger.actionExecutions(of: pipeline, execution: nil, before: nil, limit: 1000)
        }
    }

    func journal() throws -> [JournalEntry] {
        try wait { [ledger] in try await ledger.journal(before: nil, limit: 1000) }
    }

    /// Blocks the thread, which is the world's own and nobody else's: the task runs on the pool.
    private func wait<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
        let box = AnswerBox<Value>()
        let isThere = DispatchSemaphore(value: 0)
        Task.detached {
            do {
                let value = try await body()
                box.answer.withLock { $0 = .success(value) }
            } catch {
                box.answer.withLock { $0 = .failure(error) }
            }
            isThere.signal()
        }
        isThere.wait()
        guard let result = box.answer.withLock({ $0 }) else { preconditionFailure("signalled without an answer") }
        return try result.get()
    }
}

/// Holds an answer until the waiting thread takes it.
private final class AnswerBox<Value: Sendable>: Sendable {
    let answer = Mutex<Result<Value, any Error>?>(nil)
}
