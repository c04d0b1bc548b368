import PipelineModel
import PluginKit

/// A webhook that an external module reads. The gate has verified the delivery by the scheme of the manifest.
struct ExternalWebhook: DeferredWebhookProvider {
    let webhook: ModuleManifest.Webhook
    let supervisor: ModuleSupervisor

    var name: String { webhook.name }
    var signature: WebhookSignature { webhook.signature }
    var deliveryIDHeaders: [String] { webhook.deliveryIDHeaders }
    var eventHeaders: [String] { webhook.eventHeaders }
    var unsignedEvents: Set<String> { webhook.unsignedEvents }

    func translate(
        _ delivery: VerifiedDelivery, host: any PluginHost
    ) async throws(FailureDetails) -> ParsedDelivery {
        let answer: ModuleAnswer
        do throws(ModuleFault) {
            answer = try await translation(of: delivery, in: try host.room(supervisor.manifest.name))
        } catch {
            throw FailureDetails(.systemUnavailable, "\(name) could not be asked: \(error)")
        }
        switch answer {
        case .events(let events) where events.isEmpty: return ParsedDelivery(ignored: "the module found no event in it")
        case .events(let events): return ParsedDelivery(events: events)
        case .ignored(let reason): return ParsedDelivery(ignored: String(reason.prefix(500)))
        case .failed(let failure): throw failure
        case .succeeded, .pending, .health, .ended:
            throw FailureDetails(
                .configurationError, "module \(supervisor.manifest.name) answered a translation with something else")
        }
    }

    func translation(of delivery: VerifiedDelivery, in room: ModuleRoom) async throws(ModuleFault) -> ModuleAnswer {
        let limit = supervisor.manifest.timeouts.translate
        return try await supervisor.ask(
            .translate(webhook: name, delivery, withoutHeaders: signature.headers), within: limit, patience: limit,
            in: room)
    }
}
