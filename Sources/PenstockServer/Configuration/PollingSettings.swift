import PluginKit
import WebhookIntake

/// `polling:`: how often sources are looked at.
enum PollingSettings {
    private struct Entry: Decodable {
        var intervalSeconds: Double?
        var slowestSeconds: Double?
        var concurrentLooks: Int?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case intervalSeconds = "interval_seconds"
            case slowestSeconds = "slowest_seconds"
            case concurrentLooks = "concurrent_looks"
        }
    }

    static func read(_ value: SettingValue) throws -> SourcePollingSettings {
        guard value["head_check_seconds"] == nil else {
            throw SettingsError(
                place: "polling.head_check_seconds", message: "is now recovery.interval_seconds, 300 by default")
        }
        let entry = try value.decode(
            Entry.self, at: "polling", knownKeys: Set(Entry.CodingKeys.allCases.map(\.rawValue)))
        let usual = SourcePollingSettings()
        let interval = try checked(entry.intervalSeconds ?? usual.pollInterval, .intervalSeconds, 1...86_400)
        let slowest = try checked(
            entry.slowestSeconds ?? max(interval, usual.slowestPoll), .slowestSeconds, interval...86_400)
        return SourcePollingSettings(
            pollInterval: interval, slowestPoll: slowest,
            concurrentLooks: Int(
                try checked(
                    Double(entry.concurrentLooks ?? usual.concurrentLooks), .concurrentLooks, 1...256)))
    }

    private static func checked(
        _ value: Double, _ key: Entry.CodingKeys, _ range: ClosedRange<Double>
    ) throws -> Double {
        guard range.contains(value) else {
            throw SettingsError(
                place: "polling.\(key.rawValue)",
                message: "must be \(Int(range.lowerBound)) to \(Int(range.upperBound)), not \(value)")
        }
        return value
    }
}
