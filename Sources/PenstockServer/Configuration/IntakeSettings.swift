import Foundation
import PluginKit
import WebhookIntake

/// `public_url:`, `trusted_proxies:`, `webhooks:` and `recovery:`.
enum IntakeSettings {
    private struct Webhooks: Decodable {
        var bodyBudget: Int?
        var allowSHA1: Bool?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case bodyBudget = "body_budget"
            case allowSHA1 = "allow_sha1"
        }
    }

    private struct RecoveryEntry: Decodable {
        var intervalSeconds: Double?
        var graceSeconds: Double?
        var concurrentLooks: Int?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case intervalSeconds = "interval_seconds"
            case graceSeconds = "grace_seconds"
            case concurrentLooks = "concurrent_looks"
        }
    }

    static func publicURL(_ text: String?) throws -> String? {
        guard let text else { return nil }
        guard let parts = URLComponents(string: text), ["http", "https"].contains(parts.scheme?.lowercased()),
            parts.host?.isEmpty == false, parts.user == nil, parts.query == nil, parts.fragment == nil
        else {
            throw SettingsError(
                place: "public_url", message: "must be a URL like https://penstock.example, not '\(text)'")
        }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    static func addresses(_ value: SettingValue?, at place: String) throws -> [AddressRange] {
        guard let value, value != .null else { return [] }
        guard case .list(let items) = value else {
            throw SettingsError(place: place, message: "must be a list of addresses and blocks, e.g. [10.0.0.0/8]")
        }
        return try items.enumerated().map { index, item in
            guard let text = item.string, let range = AddressRange(text) else {
                throw SettingsError(
                    place: "\(place)[\(index)]",
                    message: "must be an address or a block, e.g. 10.0.0.0/8, 2001:db8::/32 or 192.0.2.7")
            }
            return range
        }
    }

    static func webhooks(_ value: SettingValue) throws -> (bodyBudget: Int, allowsSHA1: Bool) {
        let entry = try value.decode(
            Webhooks.self, at: "webhooks", knownKeys: Set(Webhooks.CodingKeys.allCases.map(\.rawValue)))
        let bytes = entry.bodyBudget ?? 256 << 20
        guard bytes >= HookDoor.bodyLimit else {
            throw SettingsError(
                place: "webhooks.body_budget",
                message: "must be at least \(HookDoor.bodyLimit) bytes, the largest body there is, not \(bytes)")
        }
        return (bytes, entry.allowSHA1 ?? false)
    }

    static func recovery(_ value: SettingValue) throws -> RecoverySettings {
        let entry = try value.decode(
            RecoveryEntry.self, at: "recovery", knownKeys: Set(RecoveryEntry.CodingKeys.allCases.map(\.rawValue)))
        let usual = RecoverySettings()
        let interval = entry.intervalSeconds ?? usual.interval
        guard interval == 0 || (1...86_400).contains(interval) else {
            throw SettingsError(
                place: "recovery.interval_seconds", message: "must be 1 to 86400, or 0 for never, not \(interval)")
        }
        let grace = entry.graceSeconds ?? usual.grace
        guard (0...3600).contains(grace) else {
            throw SettingsError(place: "recovery.grace_seconds", message: "must be 0 to 3600, not \(grace)")
        }
        let concurrent = entry.concurrentLooks ?? usual.concurrent
        guard (1...64).contains(concurrent) else {
            throw SettingsError(place: "recovery.concurrent_looks", message: "must be 1 to 64, not \(concurrent)")
        }
        return RecoverySettings(interval: interval, grace: grace, concurrent: concurrent)
    }
}
