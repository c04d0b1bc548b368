import Foundation
import Hummingbird
import PipelineModel
import HTTPTypes
import NIOCore
import PluginKit
import WebhookIntake

/// The one listener: each kind of request goes to its door.
struct Doors {
    let gateway: Gateway
    let version: String

    func router() -> Router<DoorContext> {
        let router = Router(context: DoorContext.self)
        let hooks = HookDoor(
            intake: gateway.intake, bodies: BodyBudget(gateway.settings.bodyBudget),
            proxies: TrustedProxies(gateway.settings.trustedProxies), metrics: gateway.metrics)
        router.post("/hooks/:id") { request, context in
            await hooks.answer(
                request, at: HookID(context.parameters.get("id") ?? ""), from: context.peer)
        }
        let aws = AWSDoor(gateway: gateway)
        router.post("/") { request, _ in await aws.answer(request) }
        let operators = OperatorDoor(gateway: gateway, version: version)
        router.get("/healthz") { _, _ in operators.alive() }
        router.get("/readyz") { _, _ in await operators.ready() }
        router.get("/version") { _, _ in operators.versionAnswer() }
        router.get("/metrics") { _, _ in await operators.metrics() }
        router.get("/console/view/**") { request, context in
            await operators.page(context.parameters.getCatchAll(), key: request.uri.queryParameters.get("key"))
        }
        return router
    }
}

/// What a door knows of a request beside the request: who is at the other end of the connection.
struct DoorContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let peer: String?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress?.ipAddress
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
    ///
    /// - Parameter reserve: asked for each piece before it is kept; what it throws ends the reading.
    func bytes(upTo limit: Int, reserving reserve: (Int) throws -> Void = { _ in }) async throws -> Data? {
        let length = headers[.contentLength].flatMap { Int($0) } ?? 0
        guard length <= limit else { return nil }
        var bytes = Data()
        // A length is a promise of the sender: it is not worth more than a little memory.
        bytes.reserveCapacity(max(0, min(length, 64 << 10)))
        for try await chunk in body {
            guard bytes.count + chunk.readableBytes <= limit else { return nil }
            try reserve(chunk.readableBytes)
            bytes.append(contentsOf: chunk.readableBytesView)
        }
        return bytes
    }
}
