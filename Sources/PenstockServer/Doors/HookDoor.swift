import Foundation
import Hummingbird
import PipelineModel
import PluginKit
import WebhookIntake
import HTTPTypes

/// `POST /hooks/ID`: reads the delivery's bytes and hands them to the intake.
struct HookDoor {
    /// GitHub sends nothing larger.
    static let bodyLimit = 25 * 1024 * 1024

    let intake: DeliveryIntake
    let bodies: BodyBudget
    let proxies: TrustedProxies
    let metrics: Metrics

    /// - Parameter peer: the other end of the connection.
    func answer(_ request: Request, at hook: HookID, from peer: String?) async -> Response {
        let held = BodyBudget.Share(of: bodies)
        let reply = await take(request, at: hook, from: peer, held)
        // The body's bytes are free again with the answer, not with its commit.
        held.giveBack()
        metrics.count("penstock_deliveries_total", ["outcome": reply.answer.code])
        var response = Response(
            reply.answer.status, reply.body,
            contentType: reply.isJSON ? "application/json" : "text/plain; charset=utf-8")
        switch reply.answer {
        // What is left of the body is not read: the connection can't be used again.
        case .tooLarge: response.headers[.connection] = "close"
        case .busy:
            response.headers[.connection] = "close"
            response.headers[.retryAfter] = "1"
        case .storageUnavailable: response.headers[.retryAfter] = "5"
        default: break
        }
        return response
    }

    private func take(
        _ request: Request, at hook: HookID, from peer: String?, _ held: BodyBudget.Share
    ) async -> IntakeReply {
        let headers = request.headerLines
        do {
            guard let body = try await request.bytes(upTo: Self.bodyLimit, reserving: held.take) else {
                return await intake.refuseTooLarge(headers: headers, limit: Self.bodyLimit, at: hook)
            }
            var delivery = WebhookDelivery(headers: headers, body: body)
            delivery.remoteAddress = proxies.sender(peer: peer, forwarded: request.forwardedFor)
            return await intake.accept(delivery, at: hook)
        } catch is BodyBudget.Exhausted {
            return IntakeReply(.busy)
        } catch {
            // The sender went away in the middle of its body; nobody reads this answer.
            return IntakeReply(.brokenOff)
        }
    }
}

extension Request {
    fileprivate var forwardedFor: [String] {
        guard let name = HTTPField.Name("X-Forwarded-For") else { return [] }
        return headers[values: name]
    }
}
