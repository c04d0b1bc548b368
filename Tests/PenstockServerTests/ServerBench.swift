import AWSSigning
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import PipelineEngine
import PipelineModel
import PluginKit

@testable import PenstockServer

/// A gateway on a folder of its own, with its doors answering in this process.
struct ServerBench: Sendable {
    static let secret = "hook-secret"
    static let yaml = """
        connections:
          host: {url: "https://example.com"}
        hooks:
          main: {connection: host, secret: \(secret), id: main-hook}
          open: {connection: host, id: open-hook, unauthenticated: true}
        """

    let gateway: Gateway
    let client: any TestClientProtocol

    /// Opens the gateway, lets the test at it and closes it.
    static func with(
        _ yaml: String = ServerBench.yaml, _ test: @Sendable (ServerBench) async throws -> Void
    ) async throws {
        let folder = try ServerFolder()
        let gateway = try await Gateway.open(
            try folder.settings(yaml), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        do {
            let application = Application(
                router: Doors(gateway: gateway, version: "1.2.3").router(), logger: gateway.logger)
            try await application.test(.router) { try await test(ServerBench(gateway: gateway, client: $0)) }
        } catch {
            await gateway.close()
            throw error
        }
        await gateway.close()
    }

    struct Answer {
        let status: Int
        let headers: HTTPFields
        let body: Data
        var text: String { String(decoding: body, as: UTF8.self) }
        var json: SettingValue? { try? JSONDecoder().decode(SettingValue.self, from: body) }
        /// The exception of a JSON answer.
        var exception: String? { json?["__type"]?.string }
    }

    func send(
        _ method: HTTPRequest.Method, _ uri: String, _ headers: [(name: String, value: String)] = [],
        _ body: Data = Data()
    ) async throws -> Answer {
        var fields = HTTPFields()
        for (name, value) in headers where name != "Host" {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        return try await client.execute(uri: uri, method: method, headers: fields, body: ByteBuffer(bytes: body)) {
            Answer(
                status: $0.status.code, headers: $0.headers, body: Data($0.body.readableBytesView))
        }
    }

    /// A signed call of the AWS door.
    func call(
        _ target: String?, _ body: String = "{}", service: String = "codepipeline", region: String = "us-east-1",
        credentials: AWSCredentials? = nil, type: String = "application/x-amz-json-1.1", query: String = "",
        more: [(name: String, value: String)] = [], at date: Date = Date()
    ) async throws -> Answer {
        let signer = SigV4Signer(
            region: region, service: service, credentials: credentials ?? gateway.keys.administrator)
        var headers = [(name: "Host", value: "localhost"), (name: "Content-Type", value: type)] + more
        if let target { headers.append((name: "X-Amz-Target", value: target)) }
        let data = Data(body.utf8)
        headers += signer.headers(
            for: SigningRequest(method: "POST", path: "/", query: query, headers: headers, body: data), at: date)
        return try await send(.post, query.isEmpty ? "/" : "/?\(query)", headers, data)
    }

    func penstock(_ operation: String, _ body: String = "{}") async throws -> Answer {
        try await call("Penstock_20261122.\(operation)", body, service: "penstock")
    }

    func sts(_ form: String) async throws -> Answer {
        try await call(nil, form, service: "sts", type: "application/x-www-form-urlencoded; charset=utf-8")
    }

    /// A delivery to the hook `main`.
    func deliver(
        _ body: Data, id: String = UUID().uuidString, event: String = "push", secret: String? = ServerBench.secret,
        to hook: String = "main-hook"
    ) async throws -> Answer {
        try await send(.post, "/hooks/\(hook)", Self.headers(of: body, id: id, event: event, secret: secret), body)
    }

    /// A signed delivery through a door of the test's own, from a peer that it names.
    func deliver(
        _ body: Data, event: String = "push", through door: HookDoor, peer: String? = nil, forwarded: String? = nil
    ) async throws -> Answer {
        var fields = HTTPFields()
        for (name, value) in Self.headers(of: body, id: UUID().uuidString, event: event, secret: Self.secret) {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        if let forwarded, let name = HTTPField.Name("X-Forwarded-For") {
            fields.append(HTTPField(name: name, value: forwarded))
        }
        let request = Request(
            head: HTTPRequest(
                method: .post, scheme: "http", authority: "h", path: "/hooks/main-hook", headerFields: fields),
            body: RequestBody(buffer: ByteBuffer(bytes: body)))
        let response = await door.answer(request, at: "main-hook", from: peer)
        return Answer(status: response.status.code, headers: response.headers, body: Data())
    }

    private static func headers(
        of body: Data, id: String, event: String, secret: String?
    ) -> [(name: String, value: String)] {
        var headers = [(name: "X-GitHub-Delivery", value: id), (name: "X-GitHub-Event", value: event)]
        if let secret {
            let code = HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: Data(secret.utf8)))
            headers.append(
                (
                    name: "X-Hub-Signature-256",
                    value: "sha256=" + code.map { String(format: "%02x", $0) }.joined()
                ))
        }
        return headers
    }

    func journal() async throws -> [JournalEntry] { try await gateway.ledger.journal(before: nil, limit: 100) }

    /// GitHub's push, from the fixtures.
    static func push() throws -> Data {
        try Data(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appending(path: "../../Fixtures/GitHub/webhooks/push.json"))
    }
}
