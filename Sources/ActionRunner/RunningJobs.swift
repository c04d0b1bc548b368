import PipelineEngine
import Synchronization

/// The attempts that this gateway runs at the moment, so that a stop reaches them.
///
/// An attempt is registered when its effect is claimed, before anything runs: a cancel that comes early is kept.
final class RunningJobs: Sendable {
    private struct Job {
        let signal: AsyncStream<Void>
        let continuation: AsyncStream<Void>.Continuation
        let effect: EffectID
    }

    private let jobs = Mutex<[SubjectID: Job]>([:])

    /// `false` when the attempt runs already: its lease was lost while it went on, and the second claim is dropped.
    func register(_ id: SubjectID, effect: EffectID) -> Bool {
        jobs.withLock { jobs in
            guard jobs[id] == nil else { return false }
            let (signal, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
            jobs[id] = Job(signal: signal, continuation: continuation, effect: effect)
            return true
        }
    }

    func forget(_ id: SubjectID) {
        jobs.withLock { $0.removeValue(forKey: id) }?.continuation.finish()
    }

    /// Ends the attempt's work, if it runs here.
    func cancel(_ id: SubjectID) {
        jobs.withLock { $0[id] }?.continuation.yield()
    }

    func cancelAll() {
        for job in jobs.withLock({ Array($0.values) }) { job.continuation.yield() }
    }

    var effects: [EffectID] { jobs.withLock { $0.values.map(\.effect) } }

    /// Runs the work until it is done, or cancels it when someone asks, and waits for its end either way.
    func run<Value: Sendable>(
        _ id: SubjectID, _ work: @escaping @Sendable () async -> Value
    ) async -> Interruptible<Value> {
        guard let signal = jobs.withLock({ $0[id]?.signal }) else { return .cancelled }
        return await withTaskGroup(of: Interruptible<Value>?.self) { group in
            group.addTask {
                let value = await work()
                return Task.isCancelled ? .cancelled : .finished(value)
            }
            group.addTask {
                for await _ in signal { return .cancelled }
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            await group.waitForAll()
            return first ?? .cancelled
        }
    }
}

enum Interruptible<Value: Sendable>: Sendable {
    case finished(Value)
    case cancelled
}
