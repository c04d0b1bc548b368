import Foundation
package import PipelineModel
package import PluginKit

/// What the gateway writes to a module: one JSON object a line.
enum GatewayLine {
    struct Hello: Encodable {
        let type = "hello"
        let `protocol` = ModuleManifest.protocolVersion
        let gateway = "penstock"
        let module: String
        let settings: [String: SettingValue]
        let stateFolder: String
        let maximumLineLength: Int
    }

    struct Translate: Encodable {
        struct Header: Encodable {
            let name: String
            let value: String
        }

        let type = "translate"
        let id: String
        let webhook: String
        let event: String
        let headers: [Header]
        let body: Data
    }

    struct Run: Encodable {
        let type = "run"
        let id: String
        let job: JobForm
    }

    struct End: Encodable {
        struct Job: Encodable {
            let id: String
            let actionType: ActionTypeID
            let continuationToken: String?
        }

        let type = "end"
        let id: String
        let job: Job
    }

    struct Bare: Encodable {
        let type: String
        var id: String?
    }

    static func data(_ line: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        // In order, so that a shell's patterns can rely on what stands where.
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        return try encoder.encode(line) + [UInt8(ascii: "\n")]
    }
}

/// What a module is asked: without its id, which the process gives it.
package enum ModuleRequest: Sendable {
    case translate(webhook: String, VerifiedDelivery, withoutHeaders: [String])
    case run(ActionJob)
    /// An action that was stopped or timed out: what goes on outside for it shall end.
    case end(ActionExecutionID, GivenJob)
    case health
    /// Any type, for the conformance suite.
    case other(String)

    var name: String {
        switch self {
        case .translate: "translate"
        case .run: "run"
        case .end: "end"
        case .health: "health"
        case .other(let type): type
        }
    }

    func line(id: String) throws -> Data {
        switch self {
        case .translate(let webhook, let verified, let hidden):
            let hidden = Set(hidden.map { $0.lowercased() })
            return try GatewayLine.data(
                GatewayLine.Translate(
                    id: id, webhook: webhook, event: verified.event,
                    headers: verified.delivery.headers.filter { !hidden.contains($0.name.lowercased()) }
                        .map { .init(name: $0.name, value: $0.value) },
                    body: verified.delivery.body))
        case .run(let job): return try GatewayLine.data(GatewayLine.Run(id: id, job: JobForm(job)))
        case .end(let action, let given):
            return try GatewayLine.data(
                GatewayLine.End(
                    id: id,
                    job: .init(
                        id: action.rawValue, actionType: given.type,
                        continuationToken: PassedToken.inner(given.continuationToken))))
        case .health, .other: return try GatewayLine.data(GatewayLine.Bare(type: name, id: id))
        }
    }
}
