import Foundation
import PluginKit
import Testing

@testable import CurlTransport

@Suite(.serialized, .timeLimit(.minutes(1))) struct RetryTests {
    @Test(arguments: [429, 500, 502, 503, 504])
    func `an idempotent request is sent again after a busy answer`(_ status: Int) async throws {
        let count = Tally()
        try await withServer { connection in
            let isFirst = count.increase() == 1
            return isFirst ? connection.answer(status, [], "busy") : connection.answer(200, [], "ready")
        } use: { client, server in
            let response = try await client.send(HTTPClientRequest(url: server.url()))
            #expect(try await text(response) == "ready")
            #expect(server.requests.count == 2)
            #expect(server.connectionCount == 1)
        }
    }

    @Test(arguments: [
        ("GET", true, 503, 3), ("POST", false, 503, 1), ("POST", true, 503, 3), ("GET", false, 503, 1),
        ("GET", true, 404, 1), ("GET", true, 501, 1),
    ])
    func `only what may be repeated is, and the last answer is handed out`(
        _ method: String, _ isIdempotent: Bool, _ status: Int, _ times: Int
    ) async throws {
        try await withServer {
            $0.answer(status, [], "said")
        } use: { client, server in
            let request = HTTPClientRequest(method: method, url: server.url(), isIdempotent: isIdempotent)
            let response = try await client.send(request)
            #expect(response.status == status)
            #expect(try await text(response) == "said")
            #expect(server.requests.count == times)
        }
    }

    @Test(arguments: [("GET", 3), ("POST", 1)])
    func `a connection that breaks before the answer counts as a failure`(_ method: String, _ times: Int) async throws {
        try await withServer { _ in
            false
        } use: { client, server in
            let error = await #expect(throws: HTTPClientError.self) {
                try await client.send(HTTPClientRequest(method: method, url: server.url()))
            }
            guard case .brokenOff? = error else {
                Issue.record("\(String(describing: error)) instead of brokenOff")
                return
            }
            #expect(server.requests.count == times)
        }
    }

    @Test func `a POST is not repeated when its reused connection turns out to be dead`() async throws {
        try await withServer { connection in
            // The first request is answered, the second one is read and the connection closed without a word.
            connection.request.target == "/first" && connection.answer(200)
        } use: { client, server in
            _ = try await text(try await client.send(HTTPClientRequest(url: server.url("/first"))))
            let error = await #expect(throws: HTTPClientError.self) {
                try await client.send(HTTPClientRequest(method: "POST", url: server.url("/second")))
            }
            #expect("\(error!)".contains("isn't repeated"))
            #expect(server.requests.map(\.target) == ["/first", "/second"])
        }
    }

    @Test func `nobody listening is a failed connection`() async throws {
        let port = try LoopbackServer.unusedPort()
        try await withClient { client in
            let error = await #expect(throws: HTTPClientError.self) {
                try await client.send(HTTPClientRequest(url: "http://127.0.0.1:\(port)/secret?token=1"))
            }
            guard case .couldNotConnect(let host, let reason)? = error else {
                Issue.record("\(String(describing: error)) instead of couldNotConnect")
                return
            }
            #expect(host == "127.0.0.1:\(port)")
            #expect(!reason.contains("token"))
        }
    }

    @Test func `Retry-After is waited for`() async throws {
        let count = Tally()
        try await withServer { connection in
            let isFirst = count.increase() == 1
            return connection.answer(isFirst ? 503 : 200, ["Retry-After: 1"])
        } use: { client, server in
            let start = ContinuousClock.now
            let answered = try await client.send(HTTPClientRequest(url: server.url())).status
            #expect(answered == 200)
            #expect(ContinuousClock.now - start >= .seconds(1))
        }
    }

    @Test(arguments: [(Duration?.none, "3600"), (.seconds(1), "20")])
    func `a Retry-After beyond the limit or the deadline isn't`(_ total: Duration?, _ wait: String) async throws {
        try await withServer {
            $0.answer(503, ["Retry-After: \(wait)"])
        } use: { client, server in
            let request = HTTPClientRequest(url: server.url(), totalTimeout: total)
            let answered = try await client.send(request).status
            #expect(answered == 503)
            #expect(server.requests.count == 1)
        }
    }

    @Test func `cancelling ends the pause before a retry`() async throws {
        try await withServer {
            $0.answer(503, ["Retry-After: 20"])
        } use: { client, server in
            let start = ContinuousClock.now
            let task = Task { try await client.send(HTTPClientRequest(url: server.url())) }
            try await eventually("the answer was sent") { server.requests.count == 1 }
            usleep(50_000)
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(ContinuousClock.now - start < .seconds(10))
        }
    }

    @Test(
        arguments: [
            (1, nil, 1.0, 200), (1, nil, 0.0, 0), (2, nil, 1.0, 400), (3, nil, 0.5, 400), (9, nil, 1.0, 5000),
            (70, nil, 1.0, 5000), (100, nil, 1.0, nil), (1, 2, 1.0, 2200), (1, 30, 0.0, 30_000), (1, 31, 0.0, nil),
        ] as [(Int, Int?, Double, Int?)])
    func `pauses grow up to the cap`(_ attempt: Int, _ retryAfter: Int?, _ lot: Double, _ milliseconds: Int?) {
        let policy = RetryPolicy(attempts: 100)
        let pause = policy.pause(after: attempt, retryAfter: retryAfter.map { .seconds($0) }, lot: lot)
        #expect(pause == milliseconds.map { .milliseconds($0) })
    }

    @Test(
        arguments: [
            (nil, nil), ("", nil), ("7", 7), (" 7 ", 7), ("soon", nil), ("-1", nil),
            ("99999999999999999999", 999_999_999),
            ("Sun, 06 Nov 1994 08:49:47 GMT", 10), ("Sun, 06 Nov 1994 08:49:30 GMT", 0),
        ] as [(String?, Int?)])
    func `Retry-After is seconds or a date`(_ value: String?, _ seconds: Int?) {
        let now = Date(timeIntervalSince1970: 784_111_777)
        #expect(RetryPolicy.retryAfter(value, now: now) == seconds.map { .seconds($0) })
    }
}
