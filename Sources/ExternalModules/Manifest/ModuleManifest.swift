package import Foundation
package import PluginKit

/// What a `module.json` says: how to start an external module, and what it contributes.
package struct ModuleManifest: Sendable {
    /// The version of the protocol that this gateway speaks (PROTOCOL.md).
    package static let protocolVersion = 1
    package static let fileName = "module.json"

    /// As written under `modules:` and shown by `penstock modules list`.
    package let name: String
    package let summary: String
    /// Where `module.json` lies; the module's working directory.
    package let folder: URL
    /// The program and its arguments; the program is an absolute path.
    package let command: [String]
    package let settings: [Setting]
    package let webhooks: [Webhook]
    package let actions: [Action]
    /// How many translations and runs the module takes at a time.
    package let concurrency: Int
    package let start: Start
    package let timeouts: Timeouts
    /// Bytes of memory that the module's processes may hold together; `nil`: as much as there is.
    package let memoryLimit: Int64?
    /// Names of environment variables of the gateway's that the module asks for.
    package let environment: [String]
    /// Whether it reaches more than itself, where it runs isolated.
    package let hasNetwork: Bool

    package enum Start: String, Sendable {
        /// With the gateway, and again after each end.
        case eager
        /// With the first request.
        case lazy
    }

    package struct Setting: Sendable {
        package let key: String
        package let summary: String
        package let isRequired: Bool
        /// Secrets may be given in a file (`KEY_file`), and never appear in a log.
        package let isSecret: Bool
        package let defaultValue: SettingValue?
    }

    package struct Action: Sendable {
        package let type: ActionTypeDescription
        /// Whether the module is told of those that were stopped or timed out.
        package let hasEnd: Bool
    }

    package struct Webhook: Sendable {
        package let name: String
        package let signature: WebhookSignature
        package let deliveryIDHeaders: [String]
        package let eventHeaders: [String]
        package let unsignedEvents: Set<String>
    }

    /// How long the module is waited for.
    package struct Timeouts: Sendable, Equatable {
        package var hello = Duration.seconds(10)
        package var translate = Duration.seconds(10)
        package var health = Duration.seconds(5)
        /// From a cancel to the end of what was cancelled.
        package var cancel = Duration.seconds(10)
        /// From the end of its input to its own end.
        package var stop = Duration.seconds(5)
        /// From `end` to its answer.
        package var end = Duration.seconds(30)

        package init() {}
    }

    package var description: PluginDescription {
        PluginDescription(
            name: name, summary: summary,
            settings: settings.map {
                SettingDescription(
                    key: $0.key, summary: $0.isSecret ? "\($0.summary) (secret; also as \($0.key)_file)" : $0.summary,
                    defaultValue: $0.defaultValue.map { "\($0.shown)" })
            })
    }
}

extension SettingValue {
    /// As JSON, for people.
    var shown: String {
        if case .string(let text) = self { return text }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // A SettingValue always has a JSON form, but for numbers that are none.
        guard let data = try? encoder.encode(self) else { return "?" }
        return String(decoding: data, as: UTF8.self)
    }
}
