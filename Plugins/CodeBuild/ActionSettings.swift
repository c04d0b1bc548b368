import Foundation
import PipelineModel
import PluginKit

/// What the configuration of a CodeBuild action or rule says, checked.
struct ActionSettings: Equatable, Sendable {
    var projectName: String
    /// `nil`: a rule without input artifacts, whose commands begin in an empty folder.
    var primary: ArtifactName?
    var environment: [String: String]
    var buildspecOverride: String?

    /// Of a Commands rule: they begin in the first input artifact.
    init(commandsOf job: ActionJob) {
        projectName = job.type.provider
        primary = job.inputs.first?.name
        environment = [:]
    }

    /// - Parameter inputs: how many input artifacts the declaration may have at least.
    /// - Throws: what makes the declaration unusable, as a ConfigurationError.
    init(_ job: ActionJob, atLeast inputs: Int = 1) throws(FailureDetails) {
        guard let projectName = job.configuration["ProjectName"], !projectName.isEmpty else {
            throw Self.wrong("the configuration lacks ProjectName")
        }
        self.projectName = projectName
        primary = inputs == 0 && job.inputs.isEmpty ? nil : try Self.primary(job)
        environment = try Self.variables(job.configuration["EnvironmentVariables"])
        buildspecOverride = job.configuration["BuildspecOverride"].flatMap { $0.isEmpty ? nil : $0 }
        if job.configuration["BatchEnabled"]?.lowercased() == "true" {
            throw Self.wrong("BatchEnabled: batch builds can't run here; make one action for each build of the batch")
        }
    }

    private static func primary(_ job: ActionJob) throws(FailureDetails) -> ArtifactName {
        let names = job.inputs.map(\.name)
        let known = names.map(\.rawValue).joined(separator: ", ")
        guard let first = names.first else { throw wrong("the action has no input artifact; CodeBuild needs 1 to 5") }
        guard let wanted = job.configuration["PrimarySource"], !wanted.isEmpty else {
            if names.count == 1 { return first }
            throw wrong("PrimarySource is missing: with several input artifacts, name one of \(known)")
        }
        guard names.contains(ArtifactName(wanted)) else {
            throw wrong("PrimarySource '\(wanted)' is no input artifact; there are \(known)")
        }
        return ArtifactName(wanted)
    }

    private struct Variable: Decodable {
        var name: String
        var value: String
        var type: String?
    }

    private static func variables(_ json: String?) throws(FailureDetails) -> [String: String] {
        guard let json, !json.isEmpty else { return [:] }
        guard let list = try? JSONDecoder().decode([Variable].self, from: Data(json.utf8)) else {
            throw wrong(#"EnvironmentVariables is not a list like [{"name":"A","value":"b","type":"PLAINTEXT"}]"#)
        }
        var variables: [String: String] = [:]
        for variable in list {
            guard EnvironmentName.isValid(variable.name) else {
                throw wrong("EnvironmentVariables: '\(variable.name)' can't name a variable")
            }
            switch variable.type ?? "PLAINTEXT" {
            case "PLAINTEXT": variables[variable.name] = variable.value
            case "PARAMETER_STORE", "SECRETS_MANAGER":
                throw wrong(
                    """
                    EnvironmentVariables: '\(variable.name)' has the type \(variable.type ?? ""), and there is no such \
                    store here; give the value in the project's environment
                    """)
            default: throw wrong("EnvironmentVariables: '\(variable.name)' has an unknown type; write PLAINTEXT")
            }
        }
        return variables
    }

    static func wrong(_ message: String) -> FailureDetails { FailureDetails(.configurationError, message) }
}
