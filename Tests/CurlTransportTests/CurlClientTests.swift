import Foundation
import PluginKit
import Testing

@testable import CurlTransport

@Suite(.serialized, .timeLimit(.minutes(1))) struct CurlClientTests {
    @Test func `a request arrives as it was given and its answer comes back`() async throws {
        try await withServer { connection in
            connection.answer(201, ["X-MiXed: One", "x-two:  spaced \t", "X-Empty:"], "echo")
        } use: { client, server in
            let headers = [("X-Custom", "value"), ("X-Blank", ""), ("Content-Length", "5")]
            let response = try await client.send(
                HTTPClientRequest(
                    method: "POST", url: server.url("/a/../b?q=%20"), headers: headers, body: .bytes(Data("hello".utf8))
                ))
            #expect(response.status == 201)
            #expect(try await text(response) == "echo")
            #expect(response.header("x-mixed") == "One")
            #expect(response.header("X-Two") == "spaced")
            #expect(response.header("X-EMPTY")?.isEmpty == true)

            let request = try #require(server.requests.first)
            #expect(request.method == "POST")
            #expect(request.target == "/a/../b?q=%20")
            #expect(request.header("X-Custom") == "value")
            #expect(request.header("X-Blank")?.isEmpty == true)
            #expect(request.headers.filter { $0.name.lowercased() == "content-length" }.map(\.value) == ["5"])
            #expect(request.header("Expect") == nil)
            #expect(request.header("Content-Type") == nil)
            #expect(request.header("User-Agent") == "penstock")
            #expect(request.body == Data("hello".utf8))
        }
    }

    @Test(arguments: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    func `every method without a body gets its answer on one connection`(_ method: String) async throws {
        try await withServer {
            $0.answer(200, [], "body")
        } use: { client, server in
            for _ in 0..<3 {
                let response = try await client.send(HTTPClientRequest(method: method, url: server.url()))
                #expect(try await text(response) == (method == "HEAD" ? "" : "body"))
            }
            #expect(server.requests.map(\.method) == [method, method, method])
            #expect(server.connectionCount == 1)
            let length = server.requests.first?.header("Content-Length")
            #expect(length == (["POST", "PUT", "PATCH"].contains(method) ? "0" : nil))
        }
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, ""),
        ("HTTP/1.1 204 No Content\r\n\r\n", 204, ""),
        ("HTTP/1.1 304 Not Modified\r\n\r\n", 304, ""),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 200, ""),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-Late: 1\r\n\r\n", 200,
            "abcde"
        ),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nX-A: 1\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno",
            404, "no"
        ),
        ("HTTP/1.0 200\r\n\r\nuntil the end", 200, "until the end"),
    ])
    func `every form of an answer is understood`(_ raw: String, _ status: Int, _ body: String) async throws {
        try await withServer {
            $0.send(raw)
            return false
        } use: { client, server in
            let response = try await client.send(HTTPClientRequest(url: server.url()))
            #expect(response.status == status)
            #expect(response.header("X-A") == nil)
            #expect(try await text(response) == body)
            #expect(response.header("X-Late") == nil)
        }
    }

    @Test func `two hundred requests share a few connections`() async throws {
        try await withServer(.forTests { $0.maxConnectionsPerHost = 4 }) {
            $0.answer(200, [], $0.request.target)
        } use: { client, server in
            let bodies = try await withThrowingTaskGroup(of: String.self) { group in
                for index in 0..<200 {
                    group.addTask {
                        try await text(try await client.send(HTTPClientRequest(url: server.url("/\(index)"))))
                    }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(bodies == Set((0..<200).map { "/\($0)" }))
            #expect((1...4).contains(server.connectionCount))
        }
    }

    @Test func `a wait for somebody else's connection is no idle time`() async throws {
        try await withServer(.forTests { $0.maxConnectionsPerHost = 1 }) { connection in
            usleep(150_000)
            return connection.answer(200)
        } use: { client, server in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<6 {
                    let request = HTTPClientRequest(url: server.url(), idleTimeout: .milliseconds(500))
                    group.addTask { try await client.send(request).status }
                }
                for try await status in group { #expect(status == 200) }
            }
            #expect(server.connectionCount == 1)
        }
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "abc"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", "abc"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "abc"),
    ])
    func `a body that breaks off gives what came and then throws`(_ raw: String, _ beginning: String) async throws {
        try await withServer {
            $0.send(raw)
            return false
        } use: { client, server in
            let response = try await client.send(HTTPClientRequest(url: server.url()))
            var came = Data()
            let error = await #expect(throws: HTTPClientError.self) {
                for try await chunk in response.body { came += chunk }
            }
            guard case .brokenOff(let host, _)? = error else {
                Issue.record("\(String(describing: error)) instead of brokenOff")
                return
            }
            #expect(host == "127.0.0.1:\(server.port)")
            #expect(came == Data(beginning.utf8))
            // Handed-out bytes forbid a second attempt.
            #expect(server.requests.count == 1)
        }
    }

    @Test func `a body can be read once`() async throws {
        try await withServer {
            $0.answer(200, [], "once")
        } use: { client, server in
            let response = try await client.send(HTTPClientRequest(url: server.url()))
            #expect(try await text(response) == "once")
            await #expect(throws: HTTPClientError.self) { try await text(response) }
        }
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nX-Long: \(String(repeating: "x", count: 5000))\r\n\r\n", "larger than 4096 bytes"),
        ("HTTP/1.1 200 OK\r\n\(String(repeating: "A: b\r\n", count: 30))\r\n", "more than 20 headers"),
        (String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 500), "larger than 4096 bytes"),
        ("HTTP/1.1 200 OK\r\n: nameless\r\n\r\n", "without a name"),
        ("hello\r\n\r\n", ""),
        ("", ""),
    ])
    func `an unreasonable head is refused`(_ raw: String, _ reason: String) async throws {
        let configuration = CurlConfiguration.forTests {
            $0.headSizeLimit = 4096
            $0.headerCountLimit = 20
            $0.retry.attempts = 1
        }
        try await withServer(configuration) {
            $0.send(raw)
            return false
        } use: { client, server in
            let error = await #expect(throws: HTTPClientError.self) {
                try await client.send(HTTPClientRequest(url: server.url()))
            }
            guard case .brokenOff(_, let said)? = error else {
                Issue.record("\(String(describing: error)) instead of brokenOff")
                return
            }
            #expect(reason.isEmpty || said.contains(reason))
        }
    }
}
