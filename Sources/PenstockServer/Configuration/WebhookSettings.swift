import PluginKit

/// `webhooks:`: what holds for all webhooks that PutWebhook makes.
enum WebhookSettings {
    private struct Entry: Decodable {
        var allowSHA1: Bool?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case allowSHA1 = "allow_sha1"
        }
    }

    static func allowsSHA1(_ value: SettingValue) throws -> Bool {
        try value.decode(
            Entry.self, at: "webhooks", knownKeys: Set(Entry.CodingKeys.allCases.map(\.rawValue))
        ).allowSHA1 ?? false
    }
}
