import CCurl
import Foundation
import PluginKit
import Synchronization

/// The thread that performs all transfers, from its start to its end.
final class CurlLoop: Sendable {
    let mailbox: LoopMailbox
    private let ended = Mutex<(hasEnded: Bool, waiters: [CheckedContinuation<Void, Never>])>((false, []))
    private let thread = Mutex<pthread_t?>(nil)

    /// libcurl wants this once, before any other thread uses it.
    private static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    init(configuration: CurlConfiguration) {
        guard Self.isLibraryReady, let pointer = curl_multi_init() else {
            preconditionFailure("libcurl could not be initialised: out of memory, or its TLS library is broken")
        }
        let multi = MultiHandle(pointer: pointer)
        _ = ccurl_multi_set_long(pointer, CURLMOPT_MAX_HOST_CONNECTIONS, configuration.maxConnectionsPerHost)
        _ = ccurl_multi_set_long(pointer, CURLMOPT_MAX_TOTAL_CONNECTIONS, configuration.maxConnectionsTotal)
        _ = ccurl_multi_set_long(pointer, CURLMOPT_MAXCONNECTS, configuration.maxConnectionsTotal)
        mailbox = LoopMailbox(multi)
        let started = startThread { [mailbox, self] in
            LoopWorker(multi: multi, mailbox: mailbox, configuration: configuration).run()
            announceEnd()
        }
        thread.withLock { $0 = started }
    }

    /// Waits without a thread of its own; ends early with ``HTTPClientError/stopped`` or `CancellationError`.
    func pause(for duration: Duration) async throws {
        let pause = OneShot<Void>()
        try await withTaskCancellationHandler {
            if !mailbox.post(.pause(pause, until: .now + duration)) { pause.fill(.failure(HTTPClientError.stopped)) }
            try await pause.value()
        } onCancel: {
            pause.fill(.failure(CancellationError()))
        }
    }

    /// May be called often; returns once everybody has been told and the thread is gone.
    func stop() async {
        _ = mailbox.post(.stop)
        await withCheckedContinuation { continuation in
            let isOver = ended.withLock { ended in
                if !ended.hasEnded { ended.waiters.append(continuation) }
                return ended.hasEnded
            }
            if isOver { continuation.resume() }
        }
        // The thread has done all its work and is about to return: this takes microseconds.
        if let thread = takeThread() { pthread_join(thread, nil) }
    }

    /// For a client that was dropped without `stop()`: the thread ends by itself.
    func abandon() {
        _ = mailbox.post(.stop)
        if let thread = takeThread() { pthread_detach(thread) }
    }

    private func takeThread() -> pthread_t? {
        thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
    }

    private func announceEnd() {
        let waiters = ended.withLock { ended in
            defer { ended = (true, []) }
            return ended.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}

private final class ThreadBody {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Starts a thread on which no signal is handled: SIGPIPE of a TLS library must not end the process.
private func startThread(_ run: @escaping @Sendable () -> Void) -> pthread_t {
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    var thread = pthread_t()
    let body = Unmanaged.passRetained(ThreadBody(run))
    let code = pthread_create(
        &thread, nil,
        { context in
            guard let context else { return nil }
            Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run()
            return nil
        }, body.toOpaque())
    precondition(code == 0, "could not start the thread for outgoing HTTP: \(String(cString: strerror(code)))")
    return thread
}
