import Foundation
import Logging
import PipelineModel
import PluginKit

/// What is done about jobs beside running them: their folders, and the end of what was stopped.
extension ExternalAction {
    func workFolder(on host: any PluginHost) throws -> URL? {
        let jobs = try host.room(supervisor.manifest.name).jobs
        try ModuleRoom.make(jobs)
        return jobs
    }

    func cleanUp(on host: any PluginHost) async {
        do {
            let room = try host.room(supervisor.manifest.name)
            let jobs = ActionRecords<GivenJob>(folder: room.given)
            jobs.sweep(olderThan: ActionRecords<GivenJob>.days, now: host.now())
            guard FileManager.default.fileExists(atPath: room.jobs.path) else { return }
            // The folder itself stays: a module that runs already sees this one and no other.
            for name in try FileManager.default.contentsOfDirectory(atPath: room.jobs.path) {
                try FileManager.default.removeItem(at: room.jobs.appending(path: name))
            }
        } catch {
            host.logger.warning(
                "the folders of a module's earlier jobs can't be removed",
                metadata: ["module": "\(supervisor.manifest.name)", "reason": "\(error)"])
        }
    }

    func end(_ action: ActionExecutionID, on host: any PluginHost) async throws(FailureDetails) {
        guard hasEnd else { return }
        let name = supervisor.manifest.name
        let answer: ModuleAnswer
        let jobs: ActionRecords<GivenJob>
        do throws(ModuleFault) {
            let room = try host.room(name)
            jobs = ActionRecords(folder: room.given)
            guard let given = jobs[action], given.type == type.id else { return }
            answer = try await supervisor.ask(
                .end(action, given), within: supervisor.manifest.timeouts.end,
                patience: supervisor.supervision.roomPatience, in: room)
        } catch {
            throw FailureDetails(.systemUnavailable, "module \(name) could not be told of a stopped action: \(error)")
        }
        switch answer {
        case .ended: jobs.forget(action)
        case .failed(let failure): throw failure
        case .events, .ignored, .succeeded, .pending, .health:
            throw FailureDetails(.systemUnavailable, "module \(name) answered an end with something else")
        }
    }
}
