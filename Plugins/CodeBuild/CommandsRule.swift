import PipelineModel
package import PluginKit

/// The rule `Commands`: passes when all its commands exit with 0, in one shell, in the first input artifact's folder.
///
/// The shell is kept apart as builds are. What a killed gateway left is ended by the module's actions.
package struct CommandsRule: RuleProvider {
    /// AWS's, fixed (spec: execution-semantics §15).
    static let minutes = 55

    package let type = RuleTypeDescription(
        id: RuleTypeID(provider: "Commands"), configuration: [], inputArtifacts: 0...10, timeout: minutes * 60,
        takesCommands: true)
    let room: BuildRoom

    package func evaluate(_ rule: RuleJob, on host: any ActionHost) async -> RuleOutcome {
        let job = ActionJob(rule)
        return RuleOutcome(
            await room.run(job, on: host) { () throws(FailureDetails) in
                guard !rule.commands.isEmpty else { throw ActionSettings.wrong("the rule has no commands") }
                return BuildRoom.Order(
                    action: ActionSettings(commandsOf: job), script: .commands(rule.commands),
                    project: CodeBuildSettings.Project(timeoutMinutes: Self.minutes))
            })
    }
}
