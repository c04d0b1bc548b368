import Foundation

/// Debian's `webhook`, checking the same signature and doing nothing else: a second rule that never holds keeps it
/// from starting its command.
struct WebhookPeer {
    let port: Int
    private let process: ChildProcess

    var url: String { "http://127.0.0.1:\(port)/hooks/bench" }

    init(in folder: URL) throws {
        let hooks = folder.appending(path: "hooks.json")
        try Data(Self.hooks.utf8).write(to: hooks)
        port = try Loopback.freePort()
        process = try ChildProcess(
            ["webhook", "-hooks", hooks.path, "-ip", "127.0.0.1", "-port", "\(port)"],
            output: folder.appending(path: "webhook.out"))
        try Loopback.waitUntilReady("/", port: port)
    }

    /// A wrong signature must be refused, or its rate would mean nothing.
    func check(_ body: Data) throws {
        let right = Loopback.status("POST", "/hooks/bench", port: port, headers: PushBody.headers(of: body), body: body)
        let wrong = Loopback.status(
            "POST", "/hooks/bench", port: port, headers: PushBody.headers(of: body + [32]), body: body)
        guard right == 200, let wrong, wrong != 200 else {
            throw BenchFailure("webhook does not check signatures: \(right ?? 0), \(wrong ?? 0)")
        }
    }

    func stop() { process.stop() }

    private static let hooks = """
        [{"id": "bench", "execute-command": "/bin/true", "trigger-rule": {"and": [
            {"match": {"type": "payload-hmac-sha256", "secret": "\(BenchWorld.secret)",
                       "parameter": {"source": "header", "name": "X-Hub-Signature-256"}}},
            {"match": {"type": "value", "value": "never",
                       "parameter": {"source": "header", "name": "X-GitHub-Event"}}}]}}]
        """
}
