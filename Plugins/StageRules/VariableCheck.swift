import PipelineModel
package import PluginKit

/// Rule/AWS/VariableCheck/1: compares a variable with a value (spec: actions.md §8). Case counts.
package struct VariableCheck: RuleProvider {
    package let type = RuleTypeDescription(
        id: RuleTypeID(provider: "VariableCheck"),
        configuration: [
            ConfigurationProperty("Variable", required: true, summary: "what is compared, e.g. #{Build.RESULT}"),
            ConfigurationProperty("Value", required: true, summary: "what it is compared with"),
            ConfigurationProperty(
                "Operator", required: true, summary: "EQ, NE, CONTAINS, or MATCHES: a regular expression for all of it"),
        ], maySkip: true)

    /// Matching a longer text could take for ever.
    private static let longestMatched = 10_000

    private enum Operator: String, CaseIterable {
        case equal = "EQ"
        case notEqual = "NE"
        case contains = "CONTAINS"
        case matches = "MATCHES"
    }

    package init() {}

    package func evaluate(_ job: RuleJob, on host: any ActionHost) async -> RuleOutcome {
        do {
            let variable = try Self.member("Variable", of: job)
            let value = try Self.member("Value", of: job)
            let comparison = try Self.comparison(of: job)
            let sentence = "'\(Self.shown(variable))' \(comparison.rawValue) '\(Self.shown(value))'"
            guard try await Self.holds(comparison, variable, value, job) else {
                return .failed(FailureDetails(.jobFailed, "Rule '\(job.rule)': \(sentence) does not hold."))
            }
            return .passed(ActionProgress(summary: "\(sentence) holds"))
        } catch let failure as FailureDetails {
            return .failed(failure)
        } catch {
            return .failed(FailureDetails(.systemUnavailable, "Rule '\(job.rule)' was stopped."))
        }
    }

    private static func holds(
        _ comparison: Operator, _ variable: String, _ value: String, _ job: RuleJob
    ) async throws -> Bool {
        switch comparison {
        // By code points: two spellings of one letter are two values.
        case .equal: return variable.unicodeScalars.elementsEqual(value.unicodeScalars)
        case .notEqual: return !variable.unicodeScalars.elementsEqual(value.unicodeScalars)
        case .contains: return value.isEmpty || Array(variable.utf8).firstRange(of: Array(value.utf8)) != nil
        case .matches:
            guard variable.utf16.count <= longestMatched else {
                throw refusal(
                    job, "Variable has \(variable.utf16.count) characters; MATCHES takes up to \(longestMatched)")
            }
            do {
                return try await WholeMatch(pattern: value).matches(variable)
            } catch let fault as WholeMatch.Fault {
                throw refusal(job, "Value \(fault.description)")
            }
        }
    }

    private static func comparison(of job: RuleJob) throws(FailureDetails) -> Operator {
        let text = try member("Operator", of: job)
        guard let comparison = Operator(rawValue: text) else {
            throw refusal(job, "Operator '\(shown(text))' is unknown; write EQ, NE, CONTAINS or MATCHES")
        }
        return comparison
    }

    /// An empty text is a value.
    private static func member(_ key: String, of job: RuleJob) throws(FailureDetails) -> String {
        guard let value = job.configuration[key] else { throw refusal(job, "\(key) is missing") }
        return value
    }

    private static func refusal(_ job: RuleJob, _ reason: String) -> FailureDetails {
        FailureDetails(
            .configurationError, "Rule '\(job.rule)' in the conditions of stage '\(job.stage)': \(reason).")
    }

    private static func shown(_ text: String) -> String {
        text.count > 200 ? "\(text.prefix(200))…" : text
    }
}
