import CurlTransport
import AWSWire
import CodePipelineAPI
import Foundation
import PipelineEngine
import PipelineModel
import PluginKit
import WebhookIntake
import Logging

/// Our own service, for the commands about a running gateway: AWS JSON 1.1, target `Penstock_20261122.Op`, signing
/// scope `penstock`.
struct PenstockOperations {
    static let target = "Penstock_20261122"
    static let service = "penstock"

    let gateway: Gateway

    func perform(_ operation: String, input: JSONValue) async throws -> (any Encodable & Sendable)? {
        switch operation {
        case "ListDeliveries": try await listDeliveries(input)
        case "GetDelivery": try await delivery(input)
        case "GetDeliveryEvents": try await deliveryEvents(input)
        case "ReplayDelivery": try await replay(input)
        case "RehearseDelivery": try await rehearse(input)
        case "ListHooks": try await hooks()
        case "ListConnections": try await listConnections()
        case "CompleteConnection": try await completeConnection(input)
        case "ListModules": await modules()
        case "ExplainExecution": try await explainExecution(input)
        case "ExplainPipeline": try await explainPipeline(input)
        case "WaitExecution": try await waitExecution(input)
        case "ListLogs": try await logs(input)
        case "ReadLog": try await readLog(input)
        default:
            throw WireError.unknownOperation(
                "The operation '\(operation)' is not available in this version of Penstock.")
        }
    }

    /// - Throws: ``WireError`` when the member is there and no whole number.
    static func number(_ name: String, in input: JSONValue) throws -> Int64? {
        switch input[name] {
        case nil, .null: return nil
        case .integer(let number): return number
        default: throw WireError.serialization("\(name) must be a whole number")
        }
    }

    private func hooks() async throws -> HookList {
        let all = try await gateway.registry.all(HookRegistrationRecord.self).map(\.record)
        let registrations = all.filter { $0.origin == .configuration }
        let webhooks = try await gateway.registry.all(WebhookRecord.self).map(\.record)
        return HookList(
            hooks: gateway.hooks.map { hook in
                HookView(
                    name: hook.name, id: hook.id.rawValue, provider: hook.scheme.name,
                    connection: hook.connection.name, path: "/hooks/\(hook.id)", standstill: hook.standstill,
                    registrations: registrations.filter { $0.hook == hook.name }.map(RegistrationView.init))
            },
            webhooks: webhooks.sorted { $0.name < $1.name }.map { webhook in
                WebhookView(
                    name: webhook.name, path: "/hooks/\(webhook.hook)", pipeline: webhook.targetPipeline.rawValue,
                    registrations: all.filter { $0.origin == .webhook && $0.hook == webhook.name }
                        .map(RegistrationView.init))
            })
    }

    private func modules() async -> ModuleList {
        var views: [ModuleView] = []
        for module in gateway.modules.loaded {
            views.append(ModuleView(module, health: await module.health(on: gateway.host)))
        }
        return ModuleList(modules: views, hosts: gateway.hosts.states.map(HostView.init))
    }
}
