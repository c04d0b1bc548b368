import Synchronization

/// Whether the last commit went through.
final class WriteHealth: Sendable {
    private let good = Atomic(true)

    var isGood: Bool { good.load(ordering: .relaxed) }
    func set(_ isGood: Bool) { good.store(isGood, ordering: .relaxed) }
}
