import Foundation
import PipelineModel
import PluginKit

/// What was started for an action, on disk from before the start until it has ended: a stop, which may come while no
/// job runs, and a run after a crash find it here.
struct JobRecord: Codable, Sendable, Equatable {
    var provider: String
    var category: String
    /// The job's full name.
    var job: String
    var progress: JobProgress
}

/// The folder of the records, one file each.
struct JobRecords: Sendable {
    let folder: URL

    /// - Throws: `systemUnavailable` when the folder can't be made.
    init(_ host: any PluginHost) throws(FailureDetails) {
        do {
            folder = try host.stateFolder(for: "Jenkins").appending(path: "jobs", directoryHint: .isDirectory)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw FailureDetails(.systemUnavailable, "The folder of started Jenkins jobs can't be made: \(error)")
        }
    }

    func record(of action: ActionExecutionID) -> JobRecord? {
        guard let data = try? Data(contentsOf: file(action)) else { return nil }
        return try? JSONDecoder().decode(JobRecord.self, from: data)
    }

    /// - Throws: `systemUnavailable`; nothing may be started then.
    func keep(_ record: JobRecord, of action: ActionExecutionID) throws(FailureDetails) {
        do {
            try JSONEncoder().encode(record).write(to: file(action), options: .atomic)
        } catch {
            throw FailureDetails(.systemUnavailable, "The record of the Jenkins job can't be written: \(error)")
        }
    }

    func forget(_ action: ActionExecutionID) {
        // One that stays behind costs a file, and is swept at a later start.
        try? FileManager.default.removeItem(at: file(action))
    }

    /// Removes records that nobody will ask for any more: actions end after a day, a stop is tried for an hour.
    func sweep(now: Date) {
        let keys: Set<URLResourceKey> = [.contentModificationDateKey]
        let files = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: Array(keys))
        for file in files ?? [] {
            let changed = try? file.resourceValues(forKeys: keys).contentModificationDate
            if let changed, now.timeIntervalSince(changed) > 8 * 86_400 {
                try? FileManager.default.removeItem(at: file)
            }
        }
    }

    /// Ids are UUIDs; whatever else one holds can't leave the folder.
    private func file(_ action: ActionExecutionID) -> URL {
        folder.appending(path: HostAPI.encoded(action.rawValue) + ".json", directoryHint: .notDirectory)
    }
}
