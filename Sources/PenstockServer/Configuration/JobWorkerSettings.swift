package import PluginKit

/// `job_workers:`: how job workers are dealt with.
package struct JobWorkerSettings: Sendable {
    /// Seconds that a worker has to acknowledge a job that it was given; then it is given out again.
    package let acknowledgementTimeout: Double
    /// Whether workers get the jobs of executions that a fork's pull request started.
    package let forks: ForkAdmission

    private struct Entry: Decodable {
        var acknowledgeSeconds: Double?
        var forks: String?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case acknowledgeSeconds = "acknowledge_seconds"
            case forks
        }
    }

    /// - Throws: ``SettingsError`` naming the setting.
    init(_ value: SettingValue) throws {
        let entry = try value.decode(
            Entry.self, at: "job_workers", knownKeys: Set(Entry.CodingKeys.allCases.map(\.rawValue)))
        let seconds = entry.acknowledgeSeconds ?? 300
        guard (1...86_400).contains(seconds) else {
            throw SettingsError(
                place: "job_workers.acknowledge_seconds", message: "must be 1 to 86400 seconds, not \(seconds)")
        }
        acknowledgementTimeout = seconds
        forks = try ForkAdmission(entry.forks, at: "job_workers.forks")
    }
}
