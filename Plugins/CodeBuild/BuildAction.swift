import PipelineModel
package import PluginKit

/// The action `Build` (or `Test`) of `CodeBuild`: one build on this machine.
package struct BuildAction: ActionProvider {
    package let type: ActionTypeDescription
    private let room: BuildRoom

    init(category: ActionCategory, room: BuildRoom) {
        type = ActionTypeDescription(
            id: ActionTypeID(category: category, owner: .aws, provider: "CodeBuild"),
            configuration: BuildProperties.ofRules + [BuildProperties.buildspecOverride], inputArtifacts: 1...5,
            outputArtifacts: 0...5, timeout: category == .test ? 8 * 3600 : 36 * 3600)
        self.room = room
    }

    package func run(_ job: ActionJob, on host: any ActionHost) async -> ActionOutcome {
        await room.run(job, on: host) { () throws(FailureDetails) in
            let action = try ActionSettings(job)
            return BuildRoom.Order(
                action: action, script: .buildspec, project: room.settings.project(action.projectName))
        }
    }

    /// Ends what builds of any kind left, those of rules too.
    package func cleanUp(on host: any PluginHost) async { await room.cleanUp(on: host) }
}
