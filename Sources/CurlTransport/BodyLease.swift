import Foundation
import PluginKit
import Synchronization

/// The right to read a response's body. Whoever drops it unread cancels the transfer.
final class BodyLease: Sendable {
    private let transfer: Transfer
    private let isDiscarded = Mutex(false)

    init(_ transfer: Transfer) { self.transfer = transfer }

    deinit {
        guard !isDiscarded.withLock({ $0 }), !transfer.body.hasEnded else { return }
        transfer.cancel(with: CancellationError())
    }

    func discardRest() {
        isDiscarded.withLock { $0 = true }
        transfer.discardRest()
    }

    /// The body as the contract has it. The lease moves into the first iteration, so that dropping the iterator drops
    /// the lease even while the response itself is kept.
    func body() -> HTTPClientBody {
        let host = transfer.order.target.authority
        let holder = LeaseHolder(self)
        return HTTPClientBody {
            guard let lease = holder.take() else {
                return { throw HTTPClientError.brokenOff(host: host, reason: "its answer has been read already") }
            }
            return { try await lease.transfer.nextChunk() }
        }
    }
}

private final class LeaseHolder: Sendable {
    private let lease: Mutex<BodyLease?>

    init(_ lease: BodyLease) { self.lease = Mutex(lease) }

    func take() -> BodyLease? {
        lease.withLock { lease in
            defer { lease = nil }
            return lease
        }
    }
}
