import Foundation
import PluginKit
import Testing

@testable import CurlTransport

@Suite(.serialized, .timeLimit(.minutes(1))) struct TLSTests {
    private func withTLSServer(
        name: String = "localhost", trusted: Bool, _ use: (CurlClient, TLSServer) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let server = try TLSServer(in: folder, name: name)
            defer { server.stop() }
            let configuration = CurlConfiguration.forTests {
                $0.certificateAuthorityFile = trusted ? server.certificate.path : nil
            }
            try await withClient(configuration) { try await use($0, server) }
        }
    }

    @Test func `a certificate of a named authority is accepted`() async throws {
        try await withTLSServer(trusted: true) { client, server in
            for _ in 0..<3 {
                let response = try await client.send(HTTPClientRequest(url: "https://localhost:\(server.port)/"))
                #expect(try await text(response) == "secure")
            }
        }
    }

    @Test(arguments: [("localhost", false), ("elsewhere.invalid", true)])
    func `a certificate of nobody we know, or for another name, is refused`(
        _ name: String, _ trusted: Bool
    ) async throws {
        try await withTLSServer(name: name, trusted: trusted) { client, server in
            let error = await #expect(throws: HTTPClientError.self) {
                try await client.send(HTTPClientRequest(url: "https://localhost:\(server.port)/"))
            }
            guard case .certificateRefused(let host, _)? = error else {
                Issue.record("\(String(describing: error)) instead of certificateRefused")
                return
            }
            #expect(host == "localhost:\(server.port)")
        }
    }

    @Test func `a redirect from https to http is refused`() async throws {
        try await withTLSServer(trusted: true) { client, server in
            let url = "https://localhost:\(server.port)/down"
            let error = HTTPClientError.redirectRefused(to: "http://localhost:1", reason: "it leads from https to http")
            await #expect(throws: error) {
                try await client.send(HTTPClientRequest(url: url, followsRedirects: true))
            }
        }
    }

    @Test func `a missing authority file is named`() async throws {
        try await withClient(.forTests { $0.certificateAuthorityFile = "/nowhere/ca.pem" }) { client in
            let server = try LoopbackServer { _ in false }
            defer { server.stop() }
            let error = await #expect(throws: HTTPClientError.self) {
                try await client.send(HTTPClientRequest(url: "https://127.0.0.1:\(server.port)/"))
            }
            #expect("\(error!)".contains("/nowhere/ca.pem"))
        }
    }

    @Test func `plain text on a TLS port is a failed connection`() async throws {
        let server = try LoopbackServer { $0.answer(200) }
        defer { server.stop() }
        // A ClientHello holds no empty line: the server answers once the client has given up writing.
        try await withClient { client in
            let url = "https://127.0.0.1:\(server.port)/"
            await #expect(throws: HTTPClientError.self) {
                try await client.send(HTTPClientRequest(url: url, idleTimeout: .milliseconds(300)))
            }
        }
    }
}
