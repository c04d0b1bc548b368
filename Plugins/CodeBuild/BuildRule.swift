import PipelineModel
package import PluginKit

/// The rule `CodeBuild`: passes when a build of a project succeeds.
///
/// Without input artifacts the build begins in an empty folder, with the buildspec that the project's settings hold.
/// What a killed gateway left is ended by the module's actions, for all its builds.
package struct BuildRule: RuleProvider {
    package let type = RuleTypeDescription(
        id: RuleTypeID(provider: "CodeBuild"), configuration: BuildProperties.ofRules, inputArtifacts: 0...5,
        timeout: 3600)
    let room: BuildRoom

    package func evaluate(_ rule: RuleJob, on host: any ActionHost) async -> RuleOutcome {
        let job = ActionJob(rule)
        return RuleOutcome(
            await room.run(job, on: host) { () throws(FailureDetails) in
                let action = try ActionSettings(job, atLeast: 0)
                return BuildRoom.Order(
                    action: action, script: .buildspec, project: room.settings.project(action.projectName))
            })
    }
}

extension ActionJob {
    /// A rule's build, as an action's without outputs.
    init(_ rule: RuleJob) {
        self.init(
            id: ActionExecutionID(rule.id.rawValue), pipeline: rule.pipeline, execution: rule.execution,
            stage: rule.stage, action: ActionName(rule.rule.rawValue),
            type: ActionTypeID(category: .test, owner: .aws, provider: rule.type.provider), region: rule.region,
            account: rule.account, configuration: rule.configuration, inputs: rule.inputs, outputs: [], revision: nil,
            isUntrusted: rule.isUntrusted, continuationToken: rule.continuationToken, workspace: rule.workspace)
    }
}

extension RuleOutcome {
    init(_ outcome: ActionOutcome) {
        switch outcome {
        case .succeeded(let success): self = .passed(success.progress)
        case .pending(let token, let pollAgain, let progress):
            self = .pending(token: token, pollAgain: pollAgain, progress: progress)
        case .failed(let failure): self = .failed(failure)
        }
    }
}
