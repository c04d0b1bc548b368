import Configuration
import PipelineEngine
import PluginKit

extension RetentionPolicy {
    /// `retention:` of the configuration. Without it executions are kept for a year, as CodePipeline shows them, and
    /// deliveries for ninety days; `0` keeps them for ever.
    ///
    /// - Throws: ``SettingsError`` naming the setting.
    init(_ reader: ConfigReader) throws {
        func number(_ key: String, default fallback: Int) throws -> Int? {
            let text = reader.string(forKey: ConfigKey("retention.\(key)"), default: "\(fallback)")
            guard let number = Int(text), number >= 0 else {
                throw SettingsError(
                    place: "retention.\(key)", message: "must be a whole number, 0 for no limit, not '\(text)'")
            }
            return number == 0 ? nil : number
        }
        let deliveryDays = try number("delivery_days", default: 90)
        if let deliveryDays, deliveryDays < 3 {
            throw SettingsError(
                place: "retention.delivery_days",
                message: "must be 3 or more, or 0: hosts deliver again for three days, and what is forgotten would start "
                    + "its pipeline again")
        }
        self.init(
            maxAge: try number("execution_days", default: 365).map { Double($0) * 86_400 },
            maxCountPerPipeline: try number("executions", default: 0),
            deliveriesMaxAge: deliveryDays.map { Double($0) * 86_400 },
            deliveriesMaxCount: try number("deliveries", default: 0))
    }
}
