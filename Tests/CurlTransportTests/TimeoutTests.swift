import Foundation
import PluginKit
import Testing

@testable import CurlTransport

@Suite(.serialized, .timeLimit(.minutes(1))) struct TimeoutTests {
    private static func expectTimeout(
        after limit: Duration, sourceLocation: SourceLocation = #_sourceLocation,
        _ exchange: () async throws -> Void
    ) async {
        let error = await #expect(throws: HTTPClientError.self, sourceLocation: sourceLocation) { try await exchange() }
        guard case .timedOut(let host, limit)? = error else {
            Issue.record("\(String(describing: error)) instead of timedOut", sourceLocation: sourceLocation)
            return
        }
        #expect(host.hasPrefix("127.0.0.1:"), sourceLocation: sourceLocation)
    }

    @Test func `a server that never answers is given up after the idle time`() async throws {
        try await withServer { connection in
            connection.waitForEnd()
            return false
        } use: { client, server in
            await Self.expectTimeout(after: .milliseconds(300)) {
                _ = try await client.send(HTTPClientRequest(url: server.url(), idleTimeout: .milliseconds(300)))
            }
            try await eventually("the connection is closed") { server.closedByClient == 1 }
        }
    }

    @Test func `a body that stops coming is given up after the idle time`() async throws {
        try await withServer { connection in
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
            connection.waitForEnd()
            return false
        } use: { client, server in
            let response = try await client.send(HTTPClientRequest(url: server.url(), idleTimeout: .milliseconds(300)))
            await Self.expectTimeout(after: .milliseconds(250)) {
                do { _ = try await text(response) } catch HTTPClientError.timedOut(let host, .milliseconds(300)) {
                    throw HTTPClientError.timedOut(host: host, after: .milliseconds(250))
                }
            }
        }
    }

    @Test func `a body that comes slowly but steadily is read to its end`() async throws {
        try await withServer { connection in
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
            for _ in 0..<10 {
                usleep(100_000)
                connection.send("x")
            }
            return true
        } use: { client, server in
            let response = try await client.send(HTTPClientRequest(url: server.url(), idleTimeout: .milliseconds(900)))
            #expect(try await text(response) == "xxxxxxxxxx")
        }
    }

    @Test func `a body that comes steadily but for ever ends at the total time`() async throws {
        try await withServer { connection in
            connection.send("HTTP/1.1 200 OK\r\n\r\n")
            while connection.send("x") { usleep(20_000) }
            return false
        } use: { client, server in
            let limit = Duration.milliseconds(400)
            await Self.expectTimeout(after: limit) {
                let response = try await client.send(HTTPClientRequest(url: server.url(), totalTimeout: limit))
                _ = try await text(response)
            }
        }
    }

    @Test func `an upload that nobody reads is given up after the idle time`() async throws {
        try await withServer(readsBodies: false) { connection in
            sleep(2)
            return false
        } use: { client, server in
            let body = HTTPClientRequest.Body.bytes(Data(count: 32 << 20))
            await Self.expectTimeout(after: .milliseconds(500)) {
                _ = try await client.send(
                    HTTPClientRequest(method: "PUT", url: server.url(), body: body, idleTimeout: .milliseconds(500)))
            }
        }
    }
}
