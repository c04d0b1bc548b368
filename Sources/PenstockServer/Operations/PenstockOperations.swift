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
        case "ReplayDelivery": try await replay(input)
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

    private func listDeliveries(_ input: JSONValue) async throws -> DeliveryList {
        let limit = try Self.number("maxResults", in: input) ?? 50
        guard (1...1000).contains(limit) else {
            throw APIError("ValidationException", "maxResults must be between 1 and 1000")
        }
        let entries = try await gateway.ledger.journal(before: try Self.number("before", in: input), limit: Int(limit))
        return DeliveryList(deliveries: entries.map(DeliveryView.init))
    }

    /// - Throws: ``WireError`` when the member is there and no whole number.
    static func number(_ name: String, in input: JSONValue) throws -> Int64? {
        switch input[name] {
        case nil, .null: return nil
        case .integer(let number): return number
        default: throw WireError.serialization("\(name) must be a whole number")
        }
    }

    private func entry(_ input: JSONValue) async throws -> JournalEntry {
        guard let sequence = try Self.number("sequence", in: input) else {
            throw APIError(
                "ValidationException", "sequence must be the number of a delivery; see penstock deliveries list")
        }
        guard let entry = try await gateway.ledger.journalEntry(sequence) else {
            throw APIError("ResourceNotFoundException", "There is no delivery \(sequence) in the journal")
        }
        return entry
    }

    private func delivery(_ input: JSONValue) async throws -> DeliveryView { DeliveryView(try await entry(input)) }

    private func replay(_ input: JSONValue) async throws -> ReplayView {
        let entry = try await entry(input)
        do {
            let receipt = try await gateway.intake.replay(entry)
            gateway.metrics.count("penstock_deliveries_total", ["outcome": "replayed"])
            return ReplayView(sequence: receipt.sequence, decisions: receipt.decisions.map(DecisionView.init))
        } catch .storageFailed(let reason) {
            throw APIError("InternalFailure", "The delivery could not be stored.", httpStatus: 500, cause: reason)
        } catch {
            throw APIError("ConflictException", error.description)
        }
    }

    private func hooks() async throws -> HookList {
        let registrations = try await gateway.registry.all(HookRegistrationRecord.self).map(\.record)
            .filter { $0.origin == .configuration }
        return HookList(
            hooks: gateway.hooks.map { hook in
                HookView(
                    name: hook.name, id: hook.id.rawValue, provider: hook.scheme.name,
                    connection: hook.connection.name, path: "/hooks/\(hook.id)", standstill: hook.standstill,
                    registrations: registrations.filter { $0.hook == hook.name }.map(RegistrationView.init))
            })
    }

    private func modules() async -> ModuleList {
        var views: [ModuleView] = []
        for plugin in gateway.modules.plugins {
            views.append(ModuleView(plugin, health: await plugin.health(on: gateway.host)))
        }
        return ModuleList(modules: views)
    }
}
