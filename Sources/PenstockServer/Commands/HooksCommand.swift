import Foundation
import PipelineModel

/// `penstock hooks list`: works on the configuration and the data folder alone; a gateway that runs adds what it has
/// registered at the hosts.
package enum HooksCommand {
    package struct Output: Codable, Sendable {
        package var name: String
        package var provider: String
        package var connection: String
        package var url: String
        /// `nil` when no gateway runs.
        package var registrations: [RegistrationView]?
        package var standstill: String?
        /// The pipeline of one that PutWebhook made; `nil` of the configuration's.
        package var pipeline: String?

        /// In a few words, e.g. `acme/app: registered`.
        package var state: String {
            if let standstill { return standstill }
            if let pipeline, registrations?.isEmpty != false { return "for \(pipeline), not registered" }
            return (registrations ?? []).map { "\($0.repository): \($0.error ?? $0.state)" }.joined(separator: "; ")
        }
    }

    /// With what the running gateway says; without one, the list alone.
    package static func listWithState(_ settings: ServerSettings) async throws -> [Output] {
        var hooks = try list(settings)
        guard Endpoint.noted(in: settings.dataFolder) != nil else { return hooks }
        let client = try PenstockClient(settings)
        let known = try? await client.call("ListHooks", as: HookList.self)
        await client.close()
        for index in hooks.indices {
            let found = known?.hooks.first { $0.name == hooks[index].name }
            hooks[index].registrations = found?.registrations
            hooks[index].standstill = found?.standstill
        }
        return hooks + rows(known?.webhooks ?? [], at: Endpoint.of(settings))
    }

    static func rows(_ webhooks: [WebhookView], at endpoint: String) -> [Output] {
        webhooks.map {
            Output(
                name: $0.name, provider: "PutWebhook", connection: "-", url: endpoint + $0.path,
                registrations: $0.registrations, pipeline: $0.pipeline)
        }
    }

    /// - Throws: ``SettingsError``; ``CommandError`` when the data folder was never used.
    package static func list(_ settings: ServerSettings) throws -> [Output] {
        guard FileManager.default.fileExists(atPath: settings.dataFolder.path) else {
            throw CommandError(
                .invalidInput,
                "\(settings.dataFolder.path) does not exist yet; start 'penstock serve' once, or use --data")
        }
        let key = try HookTable.idKey(in: settings.dataFolder)
        let endpoint = Endpoint.of(settings)
        return settings.hooks.map { hook in
            Output(
                name: hook.name, provider: hook.provider, connection: hook.connection ?? "-",
                url: "\(endpoint)/hooks/\(hook.id ?? HookTable.id(of: hook.name, key: key).rawValue)")
        }
    }
}
