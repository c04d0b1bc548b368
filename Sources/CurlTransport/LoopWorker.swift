import CCurl
import PluginKit

/// The loop itself: made, run and freed on its own thread, so nothing in it needs a lock.
///
/// Each turn reads the mailbox, lets libcurl work, reports what has finished, ends what is overdue, and sleeps until a
/// socket, a message or a deadline wakes it.
final class LoopWorker {
    private let multi: UnsafeMutableRawPointer
    private let mailbox: LoopMailbox
    private let configuration: CurlConfiguration
    private var active: [ObjectIdentifier: ActiveTransfer] = [:]
    private var pauses: [(end: ContinuousClock.Instant, pause: OneShot<Void>)] = []
    private var isStopping = false

    init(multi: MultiHandle, mailbox: LoopMailbox, configuration: CurlConfiguration) {
        self.multi = multi.pointer
        self.mailbox = mailbox
        self.configuration = configuration
    }

    func run() {
        while true {
            for message in mailbox.takeAll() { handle(message) }
            if isStopping { break }
            var running: Int32 = 0
            _ = curl_multi_perform(multi, &running)
            reportFinished()
            let now = ContinuousClock.now
            endOverdue(now)
            _ = curl_multi_poll(multi, nil, 0, Int32(sleepTime(now)), nil)
        }
        stopEverything()
    }

    private func handle(_ message: LoopMailbox.Message) {
        switch message {
        case .add(let transfer): add(transfer)
        case .remove(let transfer): drop(ObjectIdentifier(transfer))
        case .resume(let transfer): active[ObjectIdentifier(transfer)]?.readerMadeRoom()
        case .pause(let pause, let end): pauses.append((end, pause))
        case .stop: isStopping = true
        }
    }

    private func add(_ transfer: Transfer) {
        // It may have been cancelled before it got here.
        guard !transfer.body.hasEnded else { return }
        do {
            let one = try ActiveTransfer(transfer, configuration: configuration)
            guard curl_multi_add_handle(multi, one.easy.pointer) == CURLM_OK else {
                return transfer.refuse("it could not be added to the loop")
            }
            active[ObjectIdentifier(transfer)] = one
        } catch let failure as EasyHandle.SetupFailure {
            transfer.refuse("option \(failure.option.rawValue) was refused: \(failure.reason)")
        } catch {
            transfer.fail(with: error)
        }
    }

    @discardableResult
    private func drop(_ id: ObjectIdentifier) -> ActiveTransfer? {
        guard let one = active.removeValue(forKey: id) else { return nil }
        _ = curl_multi_remove_handle(multi, one.easy.pointer)
        return one
    }

    private func reportFinished() {
        var code = CURLE_OK
        while let easy = ccurl_multi_next_finished(multi, &code) {
            guard let one = ActiveTransfer.from(ccurl_get_context(easy)) else { continue }
            drop(ObjectIdentifier(one.transfer))
            one.finish(code)
        }
    }

    private func endOverdue(_ now: ContinuousClock.Instant) {
        for (id, one) in active {
            guard let failure = one.timeout(at: now) else { continue }
            drop(id)
            one.fail(failure)
        }
        guard !pauses.isEmpty else { return }
        for due in pauses where due.end <= now { due.pause.fill(.success(())) }
        pauses.removeAll { $0.end <= now }
    }

    /// Milliseconds until the next deadline, rounded up; libcurl shortens it by its own timers.
    private func sleepTime(_ now: ContinuousClock.Instant) -> Int {
        let deadlines = active.values.compactMap(\.nextDeadline) + pauses.map(\.end)
        guard let next = deadlines.min() else { return 60_000 }
        return min(60_000, max(0, (next - now).wholeMilliseconds + 1))
    }

    /// Nobody may be left waiting: neither those at work nor those whose messages came too late.
    private func stopEverything() {
        for message in mailbox.close() { handle(message) }
        for id in Array(active.keys) { drop(id)?.transfer.fail(with: HTTPClientError.stopped) }
        for waiting in pauses { waiting.pause.fill(.failure(HTTPClientError.stopped)) }
        pauses = []
        _ = curl_multi_cleanup(multi)
    }
}

extension Transfer {
    fileprivate func refuse(_ reason: String) {
        fail(with: HTTPClientError.brokenOff(host: order.target.authority, reason: "libcurl refused it: \(reason)"))
    }
}
