import Foundation
import PipelineModel

/// `penstock hooks list`: works on the configuration and the data folder alone.
package enum HooksCommand {
    package struct Output: Codable, Sendable {
        package var name: String
        package var provider: String
        package var connection: String
        package var url: String
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
                name: hook.name, provider: hook.provider, connection: hook.connection,
                url: "\(endpoint)/hooks/\(hook.id ?? HookTable.id(of: hook.name, key: key).rawValue)")
        }
    }
}
