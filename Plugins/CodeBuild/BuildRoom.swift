import Foundation
import Isolation
import Logging
import PipelineModel
import PluginKit

/// Where builds run, those of actions and those of rules.
///
/// A build lives on a thread of its own from its first process to its last. Given the same job again after a crash,
/// it first ends what the earlier run left.
struct BuildRoom: Sendable {
    let settings: CodeBuildSettings
    let check: IsolationCheck
    let state: BuildState

    /// Whose state folder it is.
    private static let module = "CodeBuild"

    /// What is to be built.
    struct Order {
        let action: ActionSettings
        let script: BuildScript
        let project: CodeBuildSettings.Project
    }

    /// - Parameter order: throws what makes the declaration unusable.
    func run(
        _ job: ActionJob, on host: any ActionHost, order: () throws(FailureDetails) -> Order
    ) async -> ActionOutcome {
        do {
            let order = try order()
            try await refuseWithoutIsolation(job)
            let stop = try StopSignal()
            let plan = try plan(job, order, host)
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

    func cleanUp(on host: any PluginHost) async {
        do {
            let owner = try state.owner(in: host.stateFolder(for: Self.module))
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

    private func plan(_ job: ActionJob, _ order: Order, _ host: any ActionHost) throws -> BuildPlan {
        let folder = try host.stateFolder(for: Self.module)
        let marker = BuildMarker(owner: try state.owner(in: folder), job: job.id.rawValue)
        let number = try state.buildNumber(of: order.action.projectName, job: job.id.rawValue, in: folder)
        return BuildPlan(
            job: job, action: order.action, project: order.project, isolation: settings.isolation, marker: marker,
            number: number, hidden: host.hiddenPaths.map(\.path), started: host.now(), script: order.script)
    }
}
