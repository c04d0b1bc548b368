import Foundation

/// Many seeds, on as many cores as there are jobs.
package struct SeedRun: Sendable {
    package var first: UInt64
    package var count: Int
    package var steps = 100
    package var jobs = 1

    package init(first: UInt64 = 1, count: Int, steps: Int = 100, jobs: Int = 1) {
        self.first = first
        self.count = count
        self.steps = steps
        self.jobs = jobs
    }

    package struct Result: Sendable {
        package var seeds = 0
        package var steps = 0
        /// Of processor time, of all jobs together: what the machine does besides doesn't count.
        package var seconds = 0.0
        package var reached: [String: Int] = [:]
        /// The first that any job has found.
        package var failure: Failure?
    }

    package struct Failure: Sendable {
        package var seed: UInt64
        package var scenario: Scenario
        package var violation: Violation
    }

    /// Each job ends at the first seed that it finds failing.
    package func run() async -> Result {
        await withTaskGroup(of: Result.self) { group in
            for job in 0..<jobs { group.addTask { await onThread { run(job) } } }
            var all = Result()
            for await result in group { all.add(result) }
            return all
        }
    }

    /// A job takes minutes of processor time: on a thread of its own it holds up nobody's tasks.
    private func onThread(_ work: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            let thread = Thread { continuation.resume(returning: work()) }
            thread.stackSize = 8 << 20
            thread.start()
        }
    }

    private func run(_ job: Int) -> Result {
        let start = Self.processorSeconds
        var result = Result()
        for place in stride(from: job, to: count, by: jobs) where result.failure == nil {
            let seed = first + UInt64(place)
            let scenario = Simulation.scenario(seed: seed, steps: steps)
            var simulation = Simulation()
            if let violation = simulation.run(scenario) {
                result.failure = Failure(seed: seed, scenario: scenario, violation: violation)
            }
            result.seeds += 1
            result.steps += scenario.steps.count
            result.reached.merge(simulation.reached, uniquingKeysWith: +)
        }
        result.seconds = Self.processorSeconds - start
        return result
    }

    /// Of this thread, which a job never leaves.
    private static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

extension SeedRun.Result {
    fileprivate mutating func add(_ other: Self) {
        seeds += other.seeds
        steps += other.steps
        seconds += other.seconds
        reached.merge(other.reached, uniquingKeysWith: +)
        guard let found = other.failure, found.seed < failure?.seed ?? .max else { return }
        failure = found
    }
}
