import Foundation
import PluginKit

/// Why a transfer ended early, and whether the network was to blame in a way that a second attempt may mend.
struct TransferFailure: Error {
    let error: any Error
    let mayRetry: Bool
}

/// What one exchange needs to be sent.
struct TransferOrder: Sendable {
    let request: HTTPClientRequest
    let target: TargetURL
    let headers: [(name: String, value: String)]
    let upload: UploadSource
    /// When the whole exchange has to be over, earlier attempts and redirects included.
    let deadline: ContinuousClock.Instant?
}

/// One exchange with a server, shared by the task that wants it and the loop that performs it.
///
/// The loop answers through ``head`` and ``body``; the task cancels by ending both, which the loop then hears of.
final class Transfer: Sendable {
    let order: TransferOrder
    let head = OneShot<ResponseHead>()
    let body: BodyBuffer
    private let mailbox: LoopMailbox

    init(order: TransferOrder, bufferLimit: Int, mailbox: LoopMailbox) {
        self.order = order
        self.mailbox = mailbox
        body = BodyBuffer(limit: bufferLimit)
    }

    /// Sends the request and waits for the head.
    ///
    /// - Throws: ``TransferFailure``, ``HTTPClientError/stopped``, `CancellationError`.
    func start() async throws -> ResponseHead {
        try await withTaskCancellationHandler {
            if !mailbox.post(.add(self)) { fail(with: HTTPClientError.stopped) }
            return try await head.value()
        } onCancel: {
            cancel(with: CancellationError())
        }
    }

    func nextChunk() async throws -> Data? {
        try await withTaskCancellationHandler {
            try await body.next { _ = mailbox.post(.resume(self)) }
        } onCancel: {
            cancel(with: CancellationError())
        }
    }

    /// Ends the exchange from the task's side; harmless when it's over, or hasn't reached the loop yet.
    func cancel(with error: any Error) {
        let wasRunning = !body.hasEnded
        fail(with: error)
        if wasRunning { _ = mailbox.post(.remove(self)) }
    }

    /// The rest of the body isn't wanted: a short one is still read so that its connection can be used again.
    func discardRest() {
        if body.discardRest(upTo: 64 << 10) { _ = mailbox.post(.resume(self)) }
    }

    /// Lets go of whoever waits; called by the loop when it stops, too.
    func fail(with error: any Error) {
        body.abort(error)
        head.fill(.failure(error))
    }
}
