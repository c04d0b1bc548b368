import Synchronization

/// How many bytes of bodies may be in memory over all connections: a flood of large deliveries is sent away before it
/// is read, not after it has filled the machine.
final class BodyBudget: Sendable {
    struct Exhausted: Error {}

    private let limit: Int
    private let used = Atomic(0)

    init(_ limit: Int) { self.limit = limit }

    var inUse: Int { used.load(ordering: .relaxed) }

    private func take(_ bytes: Int) -> Bool {
        guard used.add(bytes, ordering: .relaxed).newValue <= limit else {
            used.subtract(bytes, ordering: .relaxed)
            return false
        }
        return true
    }

    /// What one request has of it. Bytes count as they come: a length is only the sender's word.
    final class Share: Sendable {
        private let budget: BodyBudget
        private let held = Atomic(0)

        init(of budget: BodyBudget) { self.budget = budget }

        /// - Throws: ``Exhausted``; the bytes are not the request's.
        @Sendable func take(_ bytes: Int) throws {
            guard budget.take(bytes) else { throw Exhausted() }
            held.add(bytes, ordering: .relaxed)
        }

        /// May be called twice.
        func giveBack() {
            budget.used.subtract(held.exchange(0, ordering: .relaxed), ordering: .relaxed)
        }

        deinit { giveBack() }
    }
}
