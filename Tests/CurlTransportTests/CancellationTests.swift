import Foundation
import Logging
import PluginKit
import Testing

@testable import CurlTransport

/// Cancelling, abandoning and stopping, at each point of an exchange.
@Suite(.serialized, .timeLimit(.minutes(1))) struct CancellationTests {
    /// Sends a head and a part of a body, and then waits.
    private static func half(_ connection: LoopbackConnection) -> Bool {
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        connection.waitForEnd()
        return false
    }

    private static func silence(_ connection: LoopbackConnection) -> Bool {
        connection.waitForEnd()
        return false
    }

    @Test func `a task that was cancelled before sends nothing`() async throws {
        try await withServer {
            $0.answer(200)
        } use: { client, server in
            let task = Task {
                while !Task.isCancelled { await Task.yield() }
                return try await client.send(HTTPClientRequest(url: server.url()))
            }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(server.connectionCount == 0)
        }
    }

    @Test func `cancelling at random instants always ends the task`() async throws {
        try await withServer {
            Self.half($0)
        } use: { client, server in
            for round in 0..<200 {
                let task = Task {
                    let response = try await client.send(HTTPClientRequest(url: server.url()))
                    return try await response.body.collect(upTo: 1000)
                }
                if round % 4 > 0 { usleep(UInt32.random(in: 0...1500)) }
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
            }
            try await eventually("every connection is closed") { server.openConnections == 0 }
        }
    }

    @Test func `cancelling while the head is awaited closes the connection`() async throws {
        try await withServer {
            Self.silence($0)
        } use: { client, server in
            let task = Task { try await client.send(HTTPClientRequest(url: server.url())) }
            try await eventually("the request arrived") { server.requests.count == 1 }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            try await eventually("the connection is closed") { server.closedByClient == 1 }
            #expect(server.requests.count == 1)
        }
    }

    @Test func `cancelling while the body is read closes the connection`() async throws {
        try await withServer {
            Self.half($0)
        } use: { client, server in
            let gotSome = Tally()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    let response = try await client.send(HTTPClientRequest(url: server.url()))
                    for try await _ in response.body { gotSome.increase() }
                }
                try await eventually("a chunk came") { gotSome.value > 0 }
                group.cancelAll()
                await #expect(throws: CancellationError.self) { try await group.next() }
            }
            try await eventually("the connection is closed") { server.closedByClient == 1 }
        }
    }

    @Test func `an answer that is dropped unread is cancelled`() async throws {
        try await withServer {
            Self.half($0)
        } use: { client, server in
            let answered = try await client.send(HTTPClientRequest(url: server.url())).status
            #expect(answered == 200)
            try await eventually("the connection is closed") { server.closedByClient == 1 }
        }
    }

    @Test func `an iterator that is dropped cancels although the answer is kept`() async throws {
        try await withServer {
            Self.half($0)
        } use: { client, server in
            let response = try await client.send(HTTPClientRequest(url: server.url()))
            for try await _ in response.body { break }
            try await eventually("the connection is closed") { server.closedByClient == 1 }
            #expect(response.status == 200)
        }
    }

    @Test func `stopping ends everything that is under way, and all that comes later`() async throws {
        let answers = Tally()
        let server = try LoopbackServer { connection in
            switch connection.request.target {
            case "/half":
                answers.increase()
                return Self.half(connection)
            case "/busy":
                answers.increase()
                return connection.answer(503, ["Retry-After: 20"])
            default: return Self.silence(connection)
            }
        }
        defer { server.stop() }
        let client = CurlClient(configuration: .forTests { $0.maxConnectionsPerHost = 30 }, logger: .init(label: "t"))
        let outcomes = await withTaskGroup(of: HTTPClientError?.self) { group in
            for path in ["/half", "/silent", "/busy"] {
                for _ in 0..<10 {
                    let request = HTTPClientRequest(url: server.url(path))
                    group.addTask {
                        do {
                            _ = try await client.send(request).body.collect(upTo: 1000)
                            return nil
                        } catch { return error as? HTTPClientError }
                    }
                }
            }
            try? await eventually("all requests arrived") {
                server.requests.count == 30 && answers.value == 20
            }
            let start = ContinuousClock.now
            async let first: Void = client.stop()
            async let second: Void = client.stop()
            _ = await (first, second)
            #expect(ContinuousClock.now - start < .seconds(2))
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes == Array(repeating: .stopped, count: 30))
        await #expect(throws: HTTPClientError.stopped) { try await client.send(HTTPClientRequest(url: server.url())) }
        await client.stop()
        try await eventually("every connection is closed") { server.openConnections == 0 }
    }

    @Test func `a body that has arrived can still be read after the stop`() async throws {
        let server = try LoopbackServer { $0.answer(200, [], "whole") }
        defer { server.stop() }
        let client = CurlClient(configuration: .forTests(), logger: .init(label: "t"))
        let response = try await client.send(HTTPClientRequest(url: server.url()))
        // A second exchange on the same connection shows that the first one is complete.
        _ = try await text(try await client.send(HTTPClientRequest(url: server.url())))
        #expect(server.connectionCount == 1)
        await client.stop()
        #expect(try await text(response) == "whole")
    }

    @Test func `a client that is dropped ends its thread and what was under way`() async throws {
        let server = try LoopbackServer(Self.half)
        defer { server.stop() }
        var client: CurlClient? = CurlClient(configuration: .forTests(), logger: .init(label: "t"))
        let response = try await client?.send(HTTPClientRequest(url: server.url()))
        client = nil
        try await eventually("the connection is closed") { server.closedByClient == 1 }
        await #expect(throws: HTTPClientError.stopped) { try await response?.body.collect(upTo: 1000) }
    }
}
