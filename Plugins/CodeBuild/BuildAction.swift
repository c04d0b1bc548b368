import Foundation
import Logging
import PipelineModel
package import PluginKit

/// The action `Build` (or `Test`) of `CodeBuild`: one build on this machine.
///
/// A build lives on a thread of its own from its first process to its last. Given the same job again after a crash,
/// it first ends what the earlier run left.
package struct BuildAction: ActionProvider {
    package let type: ActionTypeDescription
    private let settings: CodeBuildSettings
    private let check: IsolationCheck
    private let state: BuildState

    init(category: ActionCategory, settings: CodeBuildSettings, check: IsolationCheck, state: BuildState) {
        type = ActionTypeDescription(
            id: ActionTypeID(category: category, owner: .aws, provider: "CodeBuild"), configuration: Self.properties,
            inputArtifacts: 1...5, outputArtifacts: 0...5, timeout: category == .test ? 8 * 3600 : 36 * 3600)
        self.settings = settings
        self.check = check
        self.state = state
    }

    private static let properties = [
        ConfigurationProperty("ProjectName", required: true, summary: "the project, as under projects:"),
        ConfigurationProperty("PrimarySource", summary: "the input artifact that the build starts in"),
        ConfigurationProperty("EnvironmentVariables", summary: "a JSON list of name, value, type PLAINTEXT"),
        ConfigurationProperty(
            "BuildspecOverride", summary: "a buildspec for this action: text or a path in the source"),
        ConfigurationProperty("BatchEnabled", summary: "batch builds can't run here"),
        ConfigurationProperty("CombineArtifacts", summary: "belongs to batch builds"),
    ]

    package func run(_ job: ActionJob, on host: any ActionHost) async -> ActionOutcome {
        do {
            let action = try ActionSettings(job)
            try await refuseWithoutIsolation(job)
            let stop = try StopSignal()
            let plan = try plan(job, action, host)
            return await withTaskCancellationHandler {
                await OwnThread.run { Build(plan: plan, stop: stop, log: host.log).outcome() }
            } onCancel: {
                stop.send()
            }
        } catch let details as FailureDetails {
            host.log.line("[Container] \(details.message)")
            return .failed(details)
        } catch {
            return .failed(FailureDetails(.systemUnavailable, "preparing the build: \(error)"))
        }
    }

    package func cleanUp(on host: any PluginHost) async {
        do {
            let owner = try state.owner(in: host.stateFolder(for: CodeBuild.description.name))
            let left = await OwnThread.run { ProcessTree(allOf: owner).end() }
            guard !left.isEmpty else { return }
            host.logger.warning("processes of earlier builds can't be killed", metadata: ["pids": "\(left.sorted())"])
        } catch {
            host.logger.error("looking for processes of earlier builds failed", metadata: ["error": "\(error)"])
        }
    }

    private func refuseWithoutIsolation(_ job: ActionJob) async throws(FailureDetails) {
        if case .broken(let reason) = await check.status(settings.isolation, in: job.workspace) {
            throw ActionSettings.wrong("the build was refused, because it can't be isolated: \(reason)")
        }
    }

    private func plan(_ job: ActionJob, _ action: ActionSettings, _ host: any ActionHost) throws -> BuildPlan {
        let folder = try host.stateFolder(for: CodeBuild.description.name)
        let marker = BuildMarker(owner: try state.owner(in: folder), job: job.id.rawValue)
        let number = try state.buildNumber(of: action.projectName, job: job.id.rawValue, in: folder)
        return BuildPlan(
            job: job, action: action, project: settings.project(action.projectName), isolation: settings.isolation,
            marker: marker, number: number, hidden: host.hiddenPaths.map(\.path), started: host.now())
    }
}
