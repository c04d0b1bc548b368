import PipelineEngine
import Synchronization

/// The attempts, rules and errands that this gateway is at, so that a stop reaches them and their leases are renewed.
///
/// Each is registered when its effect is claimed, before anything runs: a cancel that comes early is kept.
final class RunningJobs: Sendable {
    private struct Job {
        let signal: AsyncStream<Void>
        let continuation: AsyncStream<Void>.Continuation
        let effect: EffectID
        let isErrand: Bool
    }

    enum Registration {
        case taken
        /// Its lease was lost while it went on: this second claim is dropped, and is the first one's lease now.
        case runsAlready
        /// Its former run is just being reported and asks for this one.
        case formerRunEnds
    }

    private let jobs = Mutex<[SubjectID: Job]>([:])

    func register(_ id: SubjectID, effect: EffectID, isErrand: Bool) -> Registration {
        jobs.withLock { jobs in
            if let job = jobs[id] { return job.effect == effect ? .runsAlready : .formerRunEnds }
            let (signal, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
            jobs[id] = Job(signal: signal, continuation: continuation, effect: effect, isErrand: isErrand)
            return .taken
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

    /// Errands cost little to do again: a shutdown doesn't wait for them.
    func cancelErrands() {
        for job in jobs.withLock({ $0.values.filter(\.isErrand) }) { job.continuation.yield() }
    }

    func runs(_ id: SubjectID) -> Bool { jobs.withLock { $0[id] != nil } }

    var jobCount: Int { jobs.withLock { $0.values.count { !$0.isErrand } } }

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
