import Foundation
import PipelineModel
import PluginKit

/// A job that a module was given and that has not ended.
package struct GivenJob: Codable, Sendable, Equatable {
    let type: ActionTypeID
    /// As the engine keeps it.
    var continuationToken: String?
}

/// The records of the jobs of actions with `end`, one file each, on disk from before the first run until the end: only
/// the module that was given a job is told to end it, by the token that it gave last, also after a crash.
struct GivenJobs: Sendable {
    let folder: URL

    subscript(_ action: ActionExecutionID) -> GivenJob? {
        guard let data = FileManager.default.contents(atPath: file(action).path) else { return nil }
        return try? JSONDecoder().decode(GivenJob.self, from: data)
    }

    /// - Throws: `systemUnavailable`; the module must not be given the job then.
    func keep(_ job: GivenJob, of action: ActionExecutionID) throws(FailureDetails) {
        do {
            try ModuleRoom.make(folder)
            try JSONEncoder().encode(job).write(to: file(action), options: .atomic)
        } catch {
            throw FailureDetails(.systemUnavailable, "The record of a module's job can't be written: \(error)")
        }
    }

    func forget(_ action: ActionExecutionID) {
        // One that stays behind costs a file, and is swept at a later start.
        try? FileManager.default.removeItem(at: file(action))
    }

    /// Removes records that nobody will ask for any more: the longest time-out of an action is thirty days.
    func sweep(now: Date) {
        let keys: Set<URLResourceKey> = [.contentModificationDateKey]
        let files = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: Array(keys))
        for file in files ?? [] {
            let changed = try? file.resourceValues(forKeys: keys).contentModificationDate
            if let changed, now.timeIntervalSince(changed) > 32 * 86_400 {
                try? FileManager.default.removeItem(at: file)
            }
        }
    }

    /// Ids are UUIDs; whatever else one holds can't leave the folder.
    private func file(_ action: ActionExecutionID) -> URL {
        folder.appending(path: HostAPI.encoded(action.rawValue) + ".json", directoryHint: .notDirectory)
    }
}
