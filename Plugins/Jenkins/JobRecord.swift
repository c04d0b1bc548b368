import Foundation
import PipelineModel
import PluginKit

/// What was started for an action.
struct JobRecord: Codable, Sendable, Equatable {
    var provider: String
    var category: String
    /// The job's full name.
    var job: String
    var progress: JobProgress
}

extension ActionRecords<JobRecord> {
    /// Actions end after a day, a stop is tried for an hour.
    static var days: Double { 8 }

    /// - Throws: `systemUnavailable` when the module has no folder to keep them in.
    init(_ host: any PluginHost) throws(FailureDetails) {
        do {
            let folder = try host.stateFolder(for: "Jenkins").appending(path: "jobs", directoryHint: .isDirectory)
            self.init(folder: folder, of: "the Jenkins job")
        } catch {
            throw FailureDetails(.systemUnavailable, "The folder of started Jenkins jobs can't be made: \(error)")
        }
    }
}
