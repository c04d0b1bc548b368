import Foundation
import Logging
package import PipelineModel
package import PluginKit

/// Build or Test of a custom provider that is a server of this module's settings: a Jenkins job does the work.
///
/// Each run takes one look and returns. A shutdown of the gateway leaves the build alone; a stop ends it by
/// ``end(_:on:)``, which finds it by its record on disk.
package struct JenkinsAction: ActionProvider {
    package let type: ActionTypeDescription
    let server: JenkinsServer
    /// How long a stopped build gets until it is ended more firmly.
    private let patience: Duration

    init(category: ActionCategory, server: JenkinsServer, patience: Duration = .seconds(8)) {
        self.server = server
        self.patience = patience
        type = ActionTypeDescription(
            id: ActionTypeID(category: category, owner: .custom, provider: server.provider, version: server.version),
            configuration: [
                ConfigurationProperty(
                    "ProjectName", required: true,
                    summary: "The job's full name, e.g. web, folder/web, folder/web/feature%2Flogin"),
                ConfigurationProperty("Parameters", summary: "A JSON object: names and values of build parameters"),
                ConfigurationProperty(
                    "ArtifactPattern", summary: "Which archived files to fetch, e.g. target/*.war, **/*.txt"),
                ConfigurationProperty("Log", summary: "false: the build's console isn't copied into the log"),
            ], inputArtifacts: 0...5, outputArtifacts: 0...5, timeout: 86_400, inputForm: .reference)
    }

    package func run(_ job: ActionJob, on host: any ActionHost) async -> ActionOutcome {
        do throws(FailureDetails) {
            var run = try JobRun(job, of: type.id.category, server: server, on: host)
            return await run.outcome()
        } catch {
            return .failed(error)
        }
    }

    package func end(_ action: ActionExecutionID, on host: any PluginHost) async throws(FailureDetails) {
        let records = try ActionRecords<JobRecord>(host)
        guard let record = records[action], record.provider == server.provider,
            record.category == type.id.category.rawValue
        else { return }
        do throws(JenkinsFault) {
            let stop = try BuildStop(record, of: action, server: server, http: host.http, patience: patience)
            try await stop.run()
        } catch {
            switch error {
            case .away(let reason), .distrusted(let reason): throw FailureDetails(.systemUnavailable, reason)
            case .cancelled: throw FailureDetails(.systemUnavailable, "Stopping the Jenkins build was cut short")
            case .refused(let failure):
                host.logger.error(
                    "the Jenkins build of a stopped action could not be stopped",
                    metadata: ["job": "\(record.job)", "reason": "\(failure.message)"])
            }
        }
        records.forget(action)
    }

    package func cleanUp(on host: any PluginHost) async {
        guard let records = try? ActionRecords<JobRecord>(host) else { return }
        records.sweep(olderThan: ActionRecords<JobRecord>.days, now: host.now())
    }
}
