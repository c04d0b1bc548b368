package import Foundation
package import PipelineEngine
package import PipelineModel

/// An entry of `schedules:`: what starts a pipeline at certain times, as a rule of EventBridge does for AWS.
package struct ScheduleDeclaration: Sendable, Equatable {
    /// Unique; part of the rule's ARN.
    package var name: String
    package var pipeline: PipelineName
    package var schedule: ScheduleExpression
    package var timeZone: TimeZone
    package var input: StartInput

    package init(
        name: String, pipeline: PipelineName, schedule: ScheduleExpression, timeZone: TimeZone = .gmt,
        variables: [String: String] = [:], sourceRevisions: [SourceRevisionOverride] = []
    ) {
        self.name = name
        self.pipeline = pipeline
        self.schedule = schedule
        self.timeZone = timeZone
        input = StartInput(sourceRevisions: sourceRevisions, variables: variables)
    }

    /// What was done up to now was done for these times; another text is another schedule.
    var signature: String { "\(schedule) \(timeZone.identifier) \(pipeline)" }
}
