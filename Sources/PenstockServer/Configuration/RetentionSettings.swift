import PipelineEngine
import PluginKit

/// `retention:`: what history is kept. Without it executions are kept for a year, as CodePipeline shows them, and
/// deliveries for ninety days; `0` sets no limit.
enum RetentionSettings {
    private struct Entry: Decodable {
        var executionDays: Int?
        var executions: Int?
        var deliveryDays: Int?
        var deliveries: Int?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case executionDays = "execution_days"
            case executions
            case deliveryDays = "delivery_days"
            case deliveries
        }
    }

    static func read(_ value: SettingValue) throws -> RetentionPolicy {
        let entry = try value.decode(
            Entry.self, at: "retention", knownKeys: Set(Entry.CodingKeys.allCases.map(\.rawValue)))
        let deliveryDays = try limit(entry.deliveryDays ?? 90, .deliveryDays)
        if let deliveryDays, deliveryDays < 3 {
            throw SettingsError(
                place: "retention.delivery_days",
                message: "must be 3 or more, or 0: hosts deliver again for three days, and what is forgotten would "
                    + "start its pipeline again")
        }
        return RetentionPolicy(
            maxAge: try limit(entry.executionDays ?? 365, .executionDays).map { Double($0) * 86_400 },
            maxCountPerPipeline: try limit(entry.executions ?? 0, .executions),
            deliveriesMaxAge: deliveryDays.map { Double($0) * 86_400 },
            deliveriesMaxCount: try limit(entry.deliveries ?? 0, .deliveries))
    }

    private static func limit(_ number: Int, _ key: Entry.CodingKeys) throws -> Int? {
        guard number >= 0 else {
            throw SettingsError(
                place: "retention.\(key.rawValue)", message: "must be a whole number, 0 for no limit, not \(number)")
        }
        return number == 0 ? nil : number
    }
}
