import Foundation
import Logging
import PluginKit

extension CurlClient {
    /// Sends the request, and again while that may help and does no harm.
    ///
    /// An answer is only ever given up before anybody has seen it, so no byte of a body is read twice.
    func sendWithRetries(_ order: TransferOrder) async throws -> Answer {
        var attempt = 1
        while true {
            let outcome = await send(order, attempt: attempt)
            guard let pause = pause(after: outcome, attempt: attempt, order: order) else {
                return try Self.unwrapped(outcome)
            }
            if case .success(let answer) = outcome { answer.lease.discardRest() }
            try await loop.pause(for: pause)
            attempt += 1
        }
    }

    private func send(_ order: TransferOrder, attempt: Int) async -> Result<Answer, any Error> {
        let transfer = Transfer(order: order, bufferLimit: configuration.bufferLimit, mailbox: loop.mailbox)
        let lease = BodyLease(transfer)
        let start = ContinuousClock.now
        let outcome: Result<Answer, any Error>
        do {
            outcome = .success(Answer(head: try await transfer.start(), lease: lease))
        } catch {
            outcome = .failure(error)
        }
        log(outcome, order: order, attempt: attempt, took: ContinuousClock.now - start)
        return outcome
    }

    /// `nil` when this outcome is final.
    private func pause(after outcome: Result<Answer, any Error>, attempt: Int, order: TransferOrder) -> Duration? {
        guard order.request.isIdempotent else { return nil }
        var retryAfter: Duration?
        switch outcome {
        case .success(let answer):
            guard RetryPolicy.retriableStatuses.contains(answer.head.status) else { return nil }
            retryAfter = RetryPolicy.retryAfter(answer.header("Retry-After"), now: Date())
        case .failure(let error):
            guard let failure = error as? TransferFailure, failure.mayRetry else { return nil }
        }
        let pause = configuration.retry.pause(after: attempt, retryAfter: retryAfter, lot: .random(in: 0...1))
        guard let pause else { return nil }
        // Rather the failure that we know than a time-out after one more pause.
        if let deadline = order.deadline, ContinuousClock.now + pause >= deadline { return nil }
        return pause
    }

    private static func unwrapped(_ outcome: Result<Answer, any Error>) throws -> Answer {
        do { return try outcome.get() } catch let failure as TransferFailure { throw failure.error }
    }

    private func log(_ outcome: Result<Answer, any Error>, order: TransferOrder, attempt: Int, took: Duration) {
        guard logger.logLevel <= .debug else { return }
        var metadata: Logger.Metadata = [
            "method": "\(order.request.method)", "url": "\(order.target.withoutQuery)", "attempt": "\(attempt)",
            "milliseconds": "\(took.wholeMilliseconds)",
        ]
        switch outcome {
        case .success(let answer): metadata["status"] = "\(answer.head.status)"
        case .failure(let error): metadata["error"] = "\((error as? TransferFailure)?.error ?? error)"
        }
        logger.debug("outgoing request", metadata: metadata)
    }
}
