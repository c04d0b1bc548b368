import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Synchronization
import Testing

@testable import PenstockServer

@Suite("CredentialCache") struct CredentialCacheTests {
    /// Makes `token 1`, `token 2`, … and holds each back until it is let go.
    private final class PlayedIssuer: CredentialIssuer {
        struct State {
            var asked = 0
            var isOpen = true
            /// Those that are held back whatever else is.
            var late: Set<Int> = []
            var failures = 0
            var lasts: Double? = 3600
            var secret: String?
        }

        let provider = "Forge"
        let state = Mutex(State())
        var asked: Int { state.withLock { $0.asked } }

        func issue(for connection: Connection, host: any PluginHost) async throws(FailureDetails) -> IssuedCredential? {
            let number = state.withLock { state in
                state.asked += 1
                return state.asked
            }
            while state.withLock({ !$0.isOpen || $0.late.contains(number) }) {
                do { try await Task.sleep(for: .milliseconds(2)) } catch {
                    throw FailureDetails(.systemUnavailable, "cut short")
                }
            }
            let (fails, lasts, secret) = state.withLock { state in
                defer { state.failures -= 1 }
                return (state.failures > 0, state.lasts, state.secret)
            }
            guard !fails else { throw FailureDetails(.permissionError, "the key was refused") }
            let text = "\(secret ?? "token \(number)") of \(connection.credential?.secret ?? "")"
            return IssuedCredential(
                credential: Credential(user: "x", secret: text), expires: lasts.map { host.now() + $0 })
        }
    }

    private final class Bench: Sendable {
        let issuer = PlayedIssuer()
        let cache: CredentialCache
        let host: FakeHost
        let seconds: Seconds

        init() throws {
            let seconds = Seconds(Date(timeIntervalSince1970: 1_700_000_000))
            self.seconds = seconds
            cache = CredentialCache([issuer])
            host = try FakeHost(now: { seconds.now })
        }

        deinit { host.remove() }

        func secret(_ key: String = "key") async throws -> String? {
            try await cache.credential(for: CredentialCacheTests.connection(key), host: host)?.secret
        }

        func waits(for count: Int) async throws {
            for _ in 0..<5000 where issuer.asked < count { try await Task.sleep(for: .milliseconds(1)) }
            #expect(issuer.asked >= count)
        }
    }

    private final class Seconds: Sendable {
        private let time: Mutex<Date>
        init(_ start: Date) { time = Mutex(start) }
        var now: Date { time.withLock { $0 } }
        func pass(_ seconds: Double) { time.withLock { $0 += seconds } }
    }

    private static func connection(_ key: String = "key") -> Connection {
        Connection(
            name: "forge", arn: "arn:c", provider: "Forge", url: "https://forge.example",
            credential: Credential(user: "x", secret: key))
    }

    @Test func `whoever asks at once waits for one and the same`() async throws {
        let bench = try Bench()
        bench.issuer.state.withLock { $0.isOpen = false }
        let secrets = try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<50 { group.addTask { try await bench.secret() } }
            try await bench.waits(for: 1)
            try await Task.sleep(for: .milliseconds(50))
            bench.issuer.state.withLock { $0.isOpen = true }
            return try await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(secrets == Array(repeating: "token 1 of key", count: 50))
        #expect(bench.issuer.asked == 1)
        bench.seconds.pass(3200)
        #expect(try await bench.secret() == "token 1 of key")
        bench.seconds.pass(101)
        #expect(try await bench.secret() == "token 2 of key", "made anew five minutes before its end")
    }

    @Test func `a failure is told to all who wait, and kept for nobody`() async throws {
        let bench = try Bench()
        bench.issuer.state.withLock { ($0.isOpen, $0.failures) = (false, 1) }
        let failures = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    do { return try await bench.secret() == nil } catch let failure as FailureDetails {
                        return failure.message == "the key was refused"
                    }
                }
            }
            try await bench.waits(for: 1)
            try await Task.sleep(for: .milliseconds(50))
            bench.issuer.state.withLock { $0.isOpen = true }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(failures == 10 && bench.issuer.asked == 1)
        #expect(try await bench.secret() == "token 2 of key")
    }

    @Test func `when whoever asked is cancelled, somebody else asks; who is cancelled waits no longer`() async throws {
        let bench = try Bench()
        bench.issuer.state.withLock { $0.isOpen = false }
        try await withThrowingTaskGroup(of: Void.self) { group in
            let leader = AsyncStream<Void>.makeStream()
            group.addTask {
                await withTaskGroup(of: Void.self) { inner in
                    inner.addTask { _ = try? await bench.secret() }
                    for await _ in leader.stream { break }
                    inner.cancelAll()
                }
            }
            try await bench.waits(for: 1)
            let follower = AsyncStream<Void>.makeStream()
            group.addTask {
                await withTaskGroup(of: Void.self) { inner in
                    inner.addTask {
                        await #expect(throws: FailureDetails.self) { try await bench.secret() }
                    }
                    for await _ in follower.stream { break }
                    inner.cancelAll()
                }
            }
            try await Task.sleep(for: .milliseconds(30))
            follower.continuation.finish()
            group.addTask {
                let secret = try await bench.secret()
                #expect(secret == "token 2 of key")
            }
            try await Task.sleep(for: .milliseconds(30))
            leader.continuation.finish()
            try await bench.waits(for: 2)
            bench.issuer.state.withLock { $0.isOpen = true }
            try await group.waitForAll()
        }
        #expect(bench.issuer.asked == 2)
    }

    @Test func `what was being made when connections changed is not kept`() async throws {
        let bench = try Bench()
        bench.issuer.state.withLock { $0.late = [1] }
        try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask { try await bench.secret() }
            try await bench.waits(for: 1)
            bench.cache.forget()
            // Whoever asks after the change doesn't wait for what was asked before it.
            #expect(try await bench.secret() == "token 2 of key")
            bench.issuer.state.withLock { $0.late = [] }
            #expect(try await group.next() == "token 1 of key")
        }
        #expect(try await bench.secret() == "token 2 of key")
        // Nor is what was made of another secret, by whoever still has the former connection in hand.
        #expect(try await bench.secret("new key") == "token 3 of new key")
        #expect(try await bench.secret() == "token 4 of key")
    }

    // MARK: Refused by the host

    @Test func `one that the host refuses is made anew, once for all who were refused`() async throws {
        let bench = try Bench()
        let first = try #require(try await bench.cache.credential(for: Self.connection(), host: bench.host))
        bench.seconds.pass(60)
        let secrets = try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try await bench.cache.credential(
                        for: Self.connection(), insteadOf: first, host: bench.host)?.secret
                }
            }
            return try await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(secrets == Array(repeating: "token 2 of key", count: 20))
        #expect(bench.issuer.asked == 2)
        #expect(try await bench.secret() == "token 2 of key")
    }

    @Test func `a host that refuses all of them is not asked for more and more`() async throws {
        let bench = try Bench()
        for _ in 0..<20 {
            let shown = try #require(try await bench.cache.credential(for: Self.connection(), host: bench.host))
            _ = try await bench.cache.credential(for: Self.connection(), insteadOf: shown, host: bench.host)
            bench.seconds.pass(1)
        }
        #expect(bench.issuer.asked == 2)
        bench.issuer.state.withLock { ($0.lasts, $0.secret) = (nil, "the same") }
        bench.cache.forget()
        let shown = try #require(try await bench.cache.credential(for: Self.connection(), host: bench.host))
        bench.seconds.pass(60)
        #expect(
            try await bench.cache.credential(for: Self.connection(), insteadOf: shown, host: bench.host) == nil,
            "the same again is no other one")
    }

    /// A host that takes one token only.
    private final class PlayedHost: HTTPClient {
        let good = Mutex("token 1 of key")
        let shown = Mutex<[String]>([])

        func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
            let header = request.headers.first { $0.name == "Authorization" }?.value ?? ""
            shown.withLock { $0.append(header) }
            let credential = Credential(user: "x", secret: good.withLock { $0 })
            let isGood = CredentialForm.allCases.contains { $0.text(credential) == header }
            return HTTPClientResponse(status: isGood ? 200 : 401, headers: [], body: HTTPClientBody { { nil } })
        }
    }

    @Test(arguments: CredentialForm.allCases)
    func `a call that is refused with a revoked one is sent once more with a new one`(form: CredentialForm)
        async throws
    {
        let bench = try Bench()
        let played = PlayedHost()
        let client = RenewingClient(base: played, credentials: bench.cache, host: bench.host)
        let first = try #require(try await bench.cache.credential(for: Self.connection(), host: bench.host))
        func call(_ header: String, isHostCall: Bool = true) async throws -> Int {
            var request = HTTPClientRequest(url: "https://forge.example/api", headers: [("Authorization", header)])
            request.isHostCall = isHostCall
            return try await client.send(request).status
        }
        #expect(try await call(form.text(first)) == 200)
        played.good.withLock { $0 = "token 2 of key" }
        bench.seconds.pass(60)
        #expect(try await call(form.text(first)) == 200)
        // A call that was under way with the old one finds the new one.
        #expect(try await call(form.text(first)) == 200)
        #expect(bench.issuer.asked == 2)
        let second = Credential(user: "x", secret: "token 2 of key")
        #expect(
            played.shown.withLock { $0 } == [first, first, second, first, second].map { form.text($0) })
        #expect(try await call("Bearer of somebody else") == 401)
        played.good.withLock { $0 = "none" }
        bench.seconds.pass(60)
        #expect(try await call(form.text(second)) == 401, "sent once more, and no oftener")
        #expect(played.shown.withLock { $0.count } == 8)
        #expect(try await call(form.text(second), isHostCall: false) == 401)
        #expect(played.shown.withLock { $0.count } == 9)
    }
}
