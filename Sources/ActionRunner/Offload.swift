import Dispatch
import Synchronization

/// Runs blocking work on a thread of its own kind, so that the cooperative pool stays free.
///
/// The work gets a question to ask now and then: whether the task was cancelled meanwhile.
func offload<Value: Sendable>(
    _ work: @escaping @Sendable (_ isCancelled: @escaping @Sendable () -> Bool) throws -> Value
) async throws -> Value {
    let cancelled = Cancellation()
    return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try work { cancelled.isSet } })
            }
        }
    } onCancel: {
        cancelled.set()
    }
}

private final class Cancellation: Sendable {
    private let flag = Atomic(false)
    var isSet: Bool { flag.load(ordering: .relaxed) }
    func set() { flag.store(true, ordering: .relaxed) }
}
