import Foundation
import PluginKit
import Testing

@testable import CurlTransport

@Suite(.timeLimit(.minutes(1))) struct RedirectTests {
    private static let credentials = [
        ("Authorization", "Bearer 1"), ("cookie", "a=b"), ("X-Amz-Security-Token", "2"), ("X-Other", "3"),
    ]

    @Test(arguments: [301, 302, 303, 307, 308], ["GET", "HEAD"])
    func `a redirect on the same host keeps the credentials`(_ status: Int, _ method: String) async throws {
        try await withServer { connection in
            connection.request.target == "/end"
                ? connection.answer(200, [], "end") : connection.answer(status, ["Location: ../end"])
        } use: { client, server in
            let response = try await client.send(
                HTTPClientRequest(
                    method: method, url: server.url("/a/b"), headers: Self.credentials, followsRedirects: true))
            #expect(response.status == 200)
            #expect(server.requests.map(\.target) == ["/a/b", "/end"])
            #expect(server.requests.last?.method == method)
            #expect(server.requests.last?.header("Authorization") == "Bearer 1")
            #expect(server.connectionCount == 1)
        }
    }

    @Test func `a redirect to another port drops the credentials for good`() async throws {
        let back = try LoopbackServer { $0.answer(200, [], $0.request.target) }
        defer { back.stop() }
        let away = try LoopbackServer { $0.answer(302, ["Location: \(back.url("/back"))"]) }
        defer { away.stop() }
        try await withServer {
            $0.answer(302, ["Location: \(away.url("/away"))"])
        } use: { client, server in
            let headers = Self.credentials + [("Host", "virtual")]
            let response = try await client.send(
                HTTPClientRequest(url: server.url(), headers: headers, followsRedirects: true))
            #expect(try await text(response) == "/back")
            #expect(server.requests.first?.header("Host") == "virtual")
            #expect(server.requests.first?.header("X-Amz-Security-Token") == "2")
            for request in away.requests + back.requests {
                for name in ["Authorization", "Cookie", "X-Amz-Security-Token"] {
                    #expect(request.header(name) == nil)
                }
                #expect(request.header("X-Other") == "3")
                #expect(request.header("Host")?.hasPrefix("127.0.0.1:") == true)
            }
        }
    }

    @Test(arguments: [
        ("ftp://127.0.0.1/x?secret", "ftp://127.0.0.1:21"), ("file:///etc/passwd", "?"), ("javascript:1", "?"),
        ("http://user:secret@127.0.0.1/", "http://127.0.0.1:80"), ("http://", "?"),
    ])
    func `a redirect to somewhere else is refused`(_ location: String, _ shown: String) async throws {
        try await withServer {
            $0.answer(302, ["Location: \(location)"])
        } use: { client, server in
            let error = await #expect(throws: HTTPClientError.self) {
                try await client.send(HTTPClientRequest(url: server.url(), followsRedirects: true))
            }
            guard case .redirectRefused(let target, let reason)? = error else {
                Issue.record("\(String(describing: error)) instead of redirectRefused")
                return
            }
            #expect(target == shown)
            #expect(!reason.contains("secret"))
            #expect(server.requests.count == 1)
        }
    }

    @Test func `https never leads to http`() throws {
        let target = try TargetURL("https://host/a")
        #expect(throws: HTTPClientError.redirectRefused(to: "http://host:80", reason: "it leads from https to http")) {
            try target.redirected(to: "http://host/a")
        }
        #expect(try target.redirected(to: "//other/b c").text == "https://other/b%20c")
        #expect(try TargetURL("http://host/a").redirected(to: "https://host/a").origin.scheme == "https")
    }

    @Test func `a loop ends after five redirects`() async throws {
        try await withServer {
            $0.answer(302, ["Location: /again"])
        } use: { client, server in
            let error = await #expect(throws: HTTPClientError.self) {
                try await client.send(HTTPClientRequest(url: server.url(), followsRedirects: true))
            }
            #expect("\(error!)".contains("more than 5 redirects"))
            #expect(server.requests.count == 6)
        }
    }

    @Test(arguments: [
        ("POST", true, 302, "Location: /x"), ("PUT", true, 307, "Location: /x"), ("GET", false, 302, "Location: /x"),
        ("GET", true, 302, "X: y"), ("GET", true, 304, "Location: /x"), ("GET", true, 201, "Location: /x"),
    ])
    func `what isn't followed is handed out`(
        _ method: String, _ follows: Bool, _ status: Int, _ header: String
    ) async throws {
        try await withServer {
            $0.answer(status, [header])
        } use: { client, server in
            let request = HTTPClientRequest(method: method, url: server.url(), followsRedirects: follows)
            let answered = try await client.send(request).status
            #expect(answered == status)
            #expect(server.requests.count == 1)
        }
    }
}
