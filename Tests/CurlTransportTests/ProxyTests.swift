import Foundation
import PluginKit
import Testing

@testable import CurlTransport

@Suite(.timeLimit(.minutes(1))) struct ProxyTests {
    @Test func `a request goes to the proxy in absolute form`() async throws {
        let proxy = try LoopbackServer { $0.answer(200, [], "proxied") }
        defer { proxy.stop() }
        let configuration = CurlConfiguration.forTests { $0.proxy = "http://user:pass@127.0.0.1:\(proxy.port)" }
        try await withClient(configuration) { client in
            let response = try await client.send(HTTPClientRequest(url: "http://penstock.invalid/a?b"))
            #expect(try await text(response) == "proxied")
            let request = try #require(proxy.requests.first)
            #expect(request.target == "http://penstock.invalid/a?b")
            #expect(request.header("Host") == "penstock.invalid")
            #expect(request.header("Proxy-Authorization") == "Basic dXNlcjpwYXNz")
        }
    }

    @Test func `a tunnel shows the proxy no header of the request, and its answer isn't the server's`() async throws {
        let proxy = try LoopbackServer { $0.answer(403, ["X-Proxy: 1"], "no") }
        defer { proxy.stop() }
        let configuration = CurlConfiguration.forTests { $0.proxy = "http://127.0.0.1:\(proxy.port)" }
        try await withClient(configuration) { client in
            let headers = [("Authorization", "Bearer 1")]
            await #expect(throws: HTTPClientError.self) {
                try await client.send(HTTPClientRequest(url: "https://penstock.invalid/", headers: headers))
            }
            let request = try #require(proxy.requests.first)
            #expect(request.method == "CONNECT")
            #expect(request.target == "penstock.invalid:443")
            #expect(request.header("Authorization") == nil)
        }
    }

    @Test func `a proxy that can't be reached is a failed connection`() async throws {
        let port = try LoopbackServer.unusedPort()
        try await withClient(.forTests { $0.proxy = "http://user:pass@127.0.0.1:\(port)" }) { client in
            let error = await #expect(throws: HTTPClientError.self) {
                try await client.send(HTTPClientRequest(url: "http://penstock.invalid/"))
            }
            guard case .couldNotConnect? = error else {
                Issue.record("\(String(describing: error)) instead of couldNotConnect")
                return
            }
            #expect(!"\(error!)".contains("pass"))
        }
    }
}
