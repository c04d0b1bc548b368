import Foundation
import PipelineModel
package import PluginKit

/// Rule/AWS/DeploymentWindow/1: passes inside a window of time, and else waits for the next (spec: actions.md §8).
package struct DeploymentWindow: RuleProvider {
    package let type = RuleTypeDescription(
        id: RuleTypeID(provider: "DeploymentWindow"),
        configuration: [
            ConfigurationProperty(
                "Cron", required: true,
                summary: "seconds minutes hours day-of-month month day-of-week [year], e.g. * * 9-17 ? * MON-FRI *"),
            ConfigurationProperty(
                "TimeZone", summary: "Region/City, UTC, UTC+02:00 or an abbreviation; UTC by default"),
        ], timeout: 1440 * 60)

    /// The longest pause until the clock is looked at again: a clock may be set meanwhile.
    private static let longestPause: Double = 3600

    package init() {}

    /// The same at every call: only the clock and the configuration count.
    package func evaluate(_ job: RuleJob, on host: any ActionHost) async -> RuleOutcome {
        do {
            let (cron, zone) = try Self.window(job)
            let now = host.now()
            guard !cron.matches(now, in: zone) else {
                return .passed(ActionProgress(summary: "the deployment window '\(cron)' is open"))
            }
            guard let opening = cron.next(after: now, in: zone) else {
                return .failed(
                    FailureDetails(
                        .configurationError,
                        "Rule '\(job.rule)': the deployment window '\(cron)' never opens again. Correct Cron in the "
                            + "conditions of stage '\(job.stage)'."))
            }
            let place = job.configuration["TimeZone"] ?? "UTC"
            let summary = "waits for the window that opens at \(Self.text(opening, in: zone)) (\(place))"
            host.log.line(summary)
            let pause = min(max(opening.timeIntervalSince(now), 1), Self.longestPause)
            return .pending(
                token: "window", pollAgain: .seconds(pause), progress: ActionProgress(summary: summary))
        } catch {
            return .failed(
                FailureDetails(
                    .configurationError,
                    "Rule '\(job.rule)' in the conditions of stage '\(job.stage)': \(error.description)"))
        }
    }

    private static func window(_ job: RuleJob) throws(CronSyntaxError) -> (CronExpression, TimeZone) {
        guard let cron = job.configuration["Cron"], !cron.isEmpty else {
            throw CronSyntaxError(field: "Cron", text: "", reason: "is missing; write e.g. * * 9-17 ? * MON-FRI *")
        }
        let zone = job.configuration["TimeZone"].flatMap { $0.isEmpty ? nil : $0 } ?? "UTC"
        return (try CronExpression(deploymentWindow: cron), try TimeZone.named(zone))
    }

    private static func text(_ date: Date, in zone: TimeZone) -> String {
        var style = Date.ISO8601FormatStyle(timeZone: zone)
        style = style.year().month().day().time(includingFractionalSeconds: false).timeZone(separator: .colon)
        return date.formatted(style)
    }
}
