import Foundation
import PipelineModel
import PluginKit
import WebhookIntake

/// One entry of `schedules:`: `{pipeline, schedule, timezone?, variables?, source_revisions?}`.
enum ScheduleSettings {
    private struct Entry: Decodable {
        var pipeline: String
        var schedule: String
        var timezone: String?
        var variables: [String: Text]?
        var sourceRevisions: [Revision]?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case pipeline, schedule, timezone, variables
            case sourceRevisions = "source_revisions"
        }
    }

    /// As StartPipelineExecution names its members.
    private struct Revision: Decodable {
        var actionName: String
        var revisionType: SourceRevisionOverride.Kind
        var revisionValue: String
    }

    /// A variable's value is text, even where YAML reads a number or a word like `true`.
    private struct Text: Decodable {
        var text: String

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer().decode(SettingValue.self)
            guard let text = value.scalarText else {
                throw DecodingError.typeMismatch(
                    String.self, .init(codingPath: decoder.codingPath, debugDescription: "no text"))
            }
            self.text = text
        }
    }

    static func declaration(name: String, value: SettingValue) throws -> ScheduleDeclaration {
        let place = "schedules.\(name)"
        guard (1...64).contains(name.count),
            name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) })
        else { throw SettingsError(place: place, message: "must be 1 to 64 letters, digits, '-', '_' and '.'") }
        let entry = try value.decode(Entry.self, at: place, knownKeys: Set(Entry.CodingKeys.allCases.map(\.rawValue)))
        return ScheduleDeclaration(
            name: name, pipeline: PipelineName(entry.pipeline),
            schedule: try read(at: "\(place).schedule") { () throws(CronSyntaxError) in
                try ScheduleExpression(schedule: entry.schedule)
            },
            timeZone: try read(at: "\(place).timezone") { () throws(CronSyntaxError) in
                try TimeZone.named(entry.timezone ?? "UTC")
            },
            variables: (entry.variables ?? [:]).mapValues(\.text),
            sourceRevisions: (entry.sourceRevisions ?? []).map {
                SourceRevisionOverride(
                    actionName: ActionName($0.actionName), revisionType: $0.revisionType,
                    revisionValue: $0.revisionValue)
            })
    }

    private static func read<Value>(at place: String, _ value: () throws(CronSyntaxError) -> Value) throws -> Value {
        do {
            return try value()
        } catch {
            throw SettingsError(place: place, message: error.description)
        }
    }
}
