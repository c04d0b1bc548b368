package import PipelineEngine
import Synchronization

/// Time that passes when the simulator says so, and ids that count.
package final class VirtualClock: Sendable {
    private struct Reading {
        var now: Double
        var decisions = 0
    }

    private let reading: Mutex<Reading>
    private let prefix: String

    /// - Parameter prefix: tells the ids of one process from those of another.
    package init(now: Double = 1_000_000, prefix: String = "") {
        reading = Mutex(Reading(now: now))
        self.prefix = prefix
    }

    package var now: Double { reading.withLock { $0.now } }
    package func pass(_ seconds: Double) { reading.withLock { $0.now += seconds } }

    /// Ids for one decision: its number, then a count. Short, so that they cost nothing.
    package func ids() -> any IDSource {
        let decision = reading.withLock { reading in
            reading.decisions += 1
            return reading.decisions
        }
        return CountingIDs(prefix: "\(prefix)\(decision)")
    }
}

private struct CountingIDs: IDSource {
    let prefix: String
    private var count = 0

    init(prefix: String) { self.prefix = prefix }

    mutating func uuid() -> String {
        count += 1
        return "\(prefix)-\(count)"
    }

    mutating func alphanumerics(_ count: Int) -> String {
        self.count += 1
        return "\(prefix)x\(self.count)"
    }
}
