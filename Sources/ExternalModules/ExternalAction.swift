import Foundation
import PipelineModel
import PluginKit

/// An action that an external module runs.
///
/// When the module's process ends in mid-job, the job is run once more, in an emptied workspace; ends it again, the
/// job has failed. A module that has no room for long puts the job off.
struct ExternalAction: ActionProvider {
    let type: ActionTypeDescription
    /// Whether the module is told of jobs that were stopped or timed out.
    let hasEnd: Bool
    let supervisor: ModuleSupervisor

    init(_ action: ModuleManifest.Action, supervisor: ModuleSupervisor) {
        type = action.type
        hasEnd = action.hasEnd
        self.supervisor = supervisor
    }

    func run(_ job: ActionJob, on host: any ActionHost) async -> ActionOutcome {
        if let refusal = forkRefusal(job) { return .failed(refusal) }
        for secret in supervisor.settings.secrets { host.log.mask(secret) }
        do throws(FailureDetails) {
            guard hasEnd else { return await outcome(of: job, on: host) }
            let jobs = try ActionRecords<GivenJob>(folder: host.givenFolder(supervisor.manifest.name))
            try jobs.keep(GivenJob(type: type.id, continuationToken: job.continuationToken), of: job.id)
            let outcome = await outcome(of: job, on: host)
            // Stopped: then the record says whom to tell.
            if Task.isCancelled { return outcome }
            switch outcome {
            case .succeeded, .failed: jobs.forget(job.id)
            case .pending(let token, _, _):
                try jobs.keep(GivenJob(type: type.id, continuationToken: token), of: job.id)
            }
            return outcome
        } catch {
            return .failed(error)
        }
    }

    /// What a stranger may have written reaches no module that isn't declared fit for it. A source runs nothing.
    private func forkRefusal(_ job: ActionJob) -> FailureDetails? {
        guard job.isUntrusted, supervisor.settings.terms.forks == .refused, type.id.category != .source,
            PassedToken.inner(job.continuationToken) == nil
        else { return nil }
        let name = supervisor.manifest.name
        return ForkAdmission.refusal(of: "the module \(name)", setting: "modules.\(name).forks")
    }

    private func outcome(of job: ActionJob, on host: any ActionHost) async -> ActionOutcome {
        do throws(ModuleFault) {
            let answer = try await answer(to: job, in: try host.room(supervisor.manifest.name), log: host.log)
            return outcome(answer, of: job)
        } catch .busy {
            return .pending(
                token: PassedToken.waiting(job.continuationToken), pollAgain: .seconds(5),
                progress: ActionProgress(summary: "waiting until module \(supervisor.manifest.name) has room"))
        } catch {
            return .failed(FailureDetails(.jobFailed, "\(error)"))
        }
    }

    func answer(to job: ActionJob, in room: ModuleRoom, log: any ActionLog) async throws(ModuleFault) -> ModuleAnswer {
        do {
            return try await attempt(job, in: room, log: log)
        } catch .ended(let reason) where !Task.isCancelled {
            log.line("\(reason); the job is run once more")
            do { try Self.empty(job) } catch { throw .ended("\(reason); the workspace could not be emptied: \(error)") }
            return try await attempt(job, in: room, log: log)
        }
    }

    private func attempt(
        _ job: ActionJob, in room: ModuleRoom, log: any ActionLog
    ) async throws(ModuleFault) -> ModuleAnswer {
        try await supervisor.ask(
            .run(job), within: nil, patience: supervisor.supervision.roomPatience, in: room
        ) { note in
            switch note {
            case .log(let line): log.line(line)
            case .mask(let secret): log.mask(secret)
            }
        }
    }

    private func outcome(_ answer: ModuleAnswer, of job: ActionJob) -> ActionOutcome {
        switch answer {
        case .failed(let failure): return .failed(failure)
        case .pending(let token, let pollAgain, let progress):
            return .pending(token: PassedToken.asked(token), pollAgain: pollAgain, progress: progress)
        case .succeeded(let success):
            do throws(FailureDetails) {
                return .succeeded(try OutputPlaces(job: job).success(success))
            } catch {
                return .failed(error)
            }
        case .events, .ignored, .health, .ended:
            return .failed(
                FailureDetails(
                    .jobFailed, "module \(supervisor.manifest.name) answered a job with something that is no outcome"))
        }
    }

    /// A job begins in an empty workspace, also the second time. Inputs are not written to, by contract.
    private static func empty(_ job: ActionJob) throws {
        let kept = Set((job.outputs.map(\.folder) + job.inputs.flatMap { [$0.contents, $0.archive] }).map(\.path))
        for folder in [job.workspace] + job.outputs.map(\.folder) {
            for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
                let item = folder.appending(path: name)
                let isKept = kept.contains { $0 == item.path || $0.hasPrefix(item.path + "/") }
                if !isKept { try FileManager.default.removeItem(at: item) }
            }
        }
    }
}
