import Foundation
import Hummingbird
import PipelineModel
import HTTPTypes
import NIOCore
import PluginKit

/// The one listener: each kind of request goes to its door.
struct Doors {
    let gateway: Gateway
    let version: String

    func router() -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        let hooks = HookDoor(intake: gateway.intake, metrics: gateway.metrics)
        router.post("/hooks/:id") { request, context in
            await hooks.answer(request, at: HookID(context.parameters.get("id") ?? ""))
        }
        let aws = AWSDoor(gateway: gateway)
        router.post("/") { request, _ in await aws.answer(request) }
        let operators = OperatorDoor(gateway: gateway, version: version)
        router.get("/healthz") { _, _ in operators.alive() }
        router.get("/readyz") { _, _ in await operators.ready() }
        router.get("/version") { _, _ in operators.versionAnswer() }
        router.get("/metrics") { _, _ in await operators.metrics() }
        return router
    }
}

extension Response {
    init(_ status: Int, _ text: String, contentType: String = "text/plain; charset=utf-8") {
        self.init(
            status: .init(code: status), headers: [.contentType: contentType],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}

extension Request {
    /// Header lines as they came; `Host` travels apart and is put back.
    var headerLines: [(name: String, value: String)] {
        var lines = headers.map { (name: $0.name.rawName, value: $0.value) }
        if let authority = head.authority { lines.append((name: "Host", value: authority)) }
        return lines
    }

    /// The body's bytes, or `nil` when there are more than `limit`.
    func bytes(upTo limit: Int) async throws -> Data? {
        let length = headers[.contentLength].flatMap { Int($0) } ?? 0
        guard length <= limit else { return nil }
        var bytes = Data()
        // A length is a promise of the sender: it is not worth more than a little memory.
        bytes.reserveCapacity(max(0, min(length, 64 << 10)))
        for try await chunk in body {
            guard bytes.count + chunk.readableBytes <= limit else { return nil }
            bytes.append(contentsOf: chunk.readableBytesView)
        }
        return bytes
    }
}
