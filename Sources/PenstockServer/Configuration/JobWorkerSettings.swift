import PluginKit

/// `job_workers:`: how job workers are dealt with.
enum JobWorkerSettings {
    private struct Entry: Decodable {
        var acknowledgeSeconds: Double?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case acknowledgeSeconds = "acknowledge_seconds"
        }
    }

    /// Seconds until a job that nobody acknowledges is given out again: five minutes, unless it says otherwise.
    static func read(_ value: SettingValue) throws -> Double {
        let entry = try value.decode(
            Entry.self, at: "job_workers", knownKeys: Set(Entry.CodingKeys.allCases.map(\.rawValue)))
        let seconds = entry.acknowledgeSeconds ?? 300
        guard (1...86_400).contains(seconds) else {
            throw SettingsError(
                place: "job_workers.acknowledge_seconds", message: "must be 1 to 86400 seconds, not \(seconds)")
        }
        return seconds
    }
}
