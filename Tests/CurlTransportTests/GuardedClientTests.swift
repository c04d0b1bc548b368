import Foundation
import PluginKit
import Synchronization
import Testing

@testable import CurlTransport

@Suite(.timeLimit(.minutes(1))) struct GuardedClientTests {
    /// A clock that the test moves.
    private final class Hands: Sendable {
        private let time = Mutex(Date(timeIntervalSince1970: 1_000_000))
        var now: Date { time.withLock { $0 } }
        func pass(_ seconds: Double) { time.withLock { $0 += seconds } }
    }

    private static func call(_ url: String, token: String = "t", guarded: Bool = true) -> HTTPClientRequest {
        var request = HTTPClientRequest(method: "POST", url: url, headers: [("Authorization", "Bearer \(token)")])
        request.isHostCall = guarded
        return request
    }

    private func expect(_ status: Int, _ response: HTTPClientResponse) { #expect(response.status == status) }

    @Test func `an outage is met with one try at a time, and other requests pass`() async throws {
        let (hands, isDown) = (Hands(), Flag())
        isDown.set(true)
        try await withServer {
            isDown.isSet ? $0.answer(503) : $0.answer(200, [], "back")
        } use: { client, server in
            let guarded = GuardedClient(client, now: { hands.now })
            for _ in 0..<5 { try await expect(503, guarded.send(Self.call(server.url()))) }
            #expect(guarded.states.map(\.word) == [.down])
            for _ in 0..<20 {
                await #expect(throws: HTTPClientError.self) { try await guarded.send(Self.call(server.url())) }
            }
            #expect(server.requests.count == 5, "the host was called though it is down")
            try await expect(503, guarded.send(Self.call(server.url(), guarded: false)))
            isDown.set(false)
            hands.pass(5)
            let back = try await guarded.send(Self.call(server.url()))
            #expect(try await text(back) == "back")
            #expect(guarded.states.map(\.word) == [.ok])
        }
    }

    @Test func `a rate limit holds back its credential only`() async throws {
        let hands = Hands()
        try await withServer {
            $0.request.header("authorization") == "Bearer poor"
                ? $0.answer(403, ["Retry-After: 30"]) : $0.answer(200, [], "fine")
        } use: { client, server in
            let guarded = GuardedClient(client, now: { hands.now })
            try await expect(403, guarded.send(Self.call(server.url(), token: "poor")))
            let error = await #expect(throws: HTTPClientError.self) {
                try await guarded.send(Self.call(server.url(), token: "poor"))
            }
            #expect("\(error!)".contains("30 more seconds"))
            #expect(!"\(error!)".contains("poor"))
            try await expect(200, guarded.send(Self.call(server.url(), token: "rich")))
            #expect(guarded.states.first?.reason == "it asks us to call less often")
        }
    }

    @Test func `what hasn't changed is answered from what is known`() async throws {
        try await withServer {
            $0.request.header("if-none-match") == "\"v1\""
                ? $0.answer(304, ["ETag: \"v1\""]) : $0.answer(200, ["ETag: \"v1\""], "the list")
        } use: { client, server in
            let conditional = ConditionalClient(client)
            var request = HTTPClientRequest(url: server.url())
            request.isHostCall = true
            for _ in 0..<3 {
                let response = try await conditional.send(request)
                #expect(response.status == 200)
                #expect(try await text(response) == "the list")
            }
            #expect(server.requests.map { $0.header("if-none-match") } == [nil, "\"v1\"", "\"v1\""])
            request.headers.append(("Authorization", "Bearer other"))
            _ = try await conditional.send(request)
            #expect(
                server.requests.last?.header("if-none-match") == nil, "one credential's answer was shown to another")
        }
    }
}

private final class Flag: Sendable {
    private let value = Mutex(false)
    var isSet: Bool { value.withLock { $0 } }
    func set(_ isSet: Bool) { value.withLock { $0 = isSet } }
}
