import Foundation
import PluginKit
import Testing

@testable import CurlTransport

@Suite(.serialized, .timeLimit(.minutes(1))) struct StreamingTests {
    private static let size = 64 << 20

    @Test func `a slow reader slows the server down and is not taken for an idle one`() async throws {
        let piece = pattern(1 << 20)
        let sent = Tally()
        try await withServer { connection in
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(Self.size)\r\n\r\n")
            for _ in 0..<64 {
                guard connection.send(piece) else { return false }
                sent.set(connection.sent)
            }
            return true
        } use: { client, server in
            let response = try await client.send(
                HTTPClientRequest(url: server.url(), idleTimeout: .milliseconds(300)))
            // Several idle times pass, of the reader's making; the server comes to a stand.
            try await Task.sleep(for: .milliseconds(1200))
            let stalled = sent.value
            try await Task.sleep(for: .milliseconds(300))
            let later = sent.value
            #expect(later == stalled)
            // The budget, a megabyte under way in the server, and what the kernel buffers on both sides.
            #expect(stalled < 12 << 20)

            var (count, largest) = (0, 0)
            var isIntact = true
            for try await chunk in response.body {
                let start = count % piece.count
                let expected = piece.dropFirst(start).prefix(chunk.count)
                isIntact = isIntact && chunk.prefix(expected.count) == expected
                count += chunk.count
                largest = max(largest, chunk.count)
            }
            #expect(count == Self.size)
            #expect(isIntact)
            #expect(largest <= 256 << 10)
        }
    }

    @Test func `a file is uploaded whole`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("big")
            let content = pattern(Self.size)
            try content.write(to: file)
            try await withServer {
                $0.answer(200)
            } use: { client, server in
                let body = HTTPClientRequest.Body.file(path: file.path, offset: 0, length: Int64(Self.size))
                let response = try await client.send(HTTPClientRequest(method: "PUT", url: server.url(), body: body))
                #expect(response.status == 200)
                #expect(server.requests.first?.body == content)
            }
        }
    }

    @Test func `a slow server slows the upload down`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("big")
            let content = pattern(8 << 20)
            try content.write(to: file)
            try await withServer(readsBodies: false) { connection in
                usleep(500_000)
                return connection.readBody() && connection.answer(connection.request.body == content ? 200 : 400)
            } use: { client, server in
                let body = HTTPClientRequest.Body.file(path: file.path, offset: 0, length: 8 << 20)
                let response = try await client.send(HTTPClientRequest(method: "PUT", url: server.url(), body: body))
                #expect(response.status == 200)
            }
        }
    }

    @Test func `a region of a file is uploaded, again for a retry`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("parts")
            let content = pattern(1 << 20)
            try content.write(to: file)
            let count = Tally()
            try await withServer { connection in
                connection.answer(count.increase() < 3 ? 503 : 200)
            } use: { client, server in
                let body = HTTPClientRequest.Body.file(path: file.path, offset: 1000, length: 500_000)
                let response = try await client.send(HTTPClientRequest(method: "PUT", url: server.url(), body: body))
                #expect(response.status == 200)
                #expect(server.requests.count == 3)
                #expect(server.requests.allSatisfy { $0.body == content[1000..<501_000] })
            }
        }
    }

    @Test(arguments: [("missing", 0, 1), ("short", 0, 11), ("short", 8, 3), ("short", -1, 3)])
    func `an upload that can't be read is refused`(_ name: String, _ offset: Int64, _ length: Int64) async throws {
        try await withTemporaryFolder { folder in
            try Data("0123456789".utf8).write(to: folder.appendingPathComponent("short"))
            let path = folder.appendingPathComponent(name).path
            try await withClient { client in
                let body = HTTPClientRequest.Body.file(path: path, offset: offset, length: length)
                let error = await #expect(throws: CurlRequestError.self) {
                    try await client.send(HTTPClientRequest(method: "PUT", url: "http://127.0.0.1:1/", body: body))
                }
                #expect("\(error!)".contains(path))
            }
        }
    }

    @Test func `a file that shrinks while it is uploaded ends the transfer`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("shrinking")
            try pattern(32 << 20).write(to: file)
            try await withServer(readsBodies: false) { connection in
                truncate(file.path, 1000)
                return connection.readBody() && connection.answer(200)
            } use: { client, server in
                let body = HTTPClientRequest.Body.file(path: file.path, offset: 0, length: 32 << 20)
                let expected = CurlRequestError.unreadableUpload(path: file.path, reason: "it became shorter")
                await #expect(throws: expected) {
                    try await client.send(HTTPClientRequest(method: "PUT", url: server.url(), body: body))
                }
                #expect(server.requests.count == 1)
            }
        }
    }
}
