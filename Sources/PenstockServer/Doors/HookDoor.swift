import Foundation
import Hummingbird
import PipelineModel
import PluginKit
import WebhookIntake
import HTTPTypes

/// `POST /hooks/ID`: reads the delivery's bytes, hands them to the intake, answers with a bare code.
struct HookDoor {
    /// GitHub sends nothing larger.
    static let bodyLimit = 25 * 1024 * 1024

    let intake: DeliveryIntake
    let metrics: Metrics

    func answer(_ request: Request, at hook: HookID) async -> Response {
        let answer = await take(request, at: hook)
        metrics.count("penstock_deliveries_total", ["outcome": answer.code])
        var response = Response(answer.status, answer.code + "\n")
        // What is left of a body that is too large is not read: the connection can't be used again.
        if answer == .tooLarge { response.headers[.connection] = "close" }
        return response
    }

    private func take(_ request: Request, at hook: HookID) async -> IntakeAnswer {
        let headers = request.headerLines
        do {
            guard let body = try await request.bytes(upTo: Self.bodyLimit) else {
                return await intake.refuseTooLarge(headers: headers, limit: Self.bodyLimit, at: hook)
            }
            return await intake.accept(WebhookDelivery(headers: headers, body: body), at: hook)
        } catch {
            // The sender went away in the middle of its body; nobody reads this answer.
            return IntakeAnswer.brokenOff
        }
    }
}
