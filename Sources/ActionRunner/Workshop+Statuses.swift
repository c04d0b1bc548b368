import Logging
import PipelineEngine
import PipelineModel
package import PluginKit

/// The outbox of commit statuses: each goes out once, in the order of its context, however long the host is away.
extension Workshop {
    /// Attempts, with pauses that double from two seconds to an hour: about a day.
    private static let statusAttempts = 36

    func show(_ status: CommitStatus, on arn: ConnectionARN, claimed: ClaimedEffect) async {
        guard let connection = host.connections.connection(arn), let reporter = statusReporters[connection.provider],
            connection.showsStatuses
        else { return await report(claimed.id, nil, on: claimed.effect.pipeline) }
        await statusLanes.turn(of: claimed.id)
        var status = status
        if let execution = status.execution { status.url = settings.executionLink?(claimed.effect.pipeline, execution) }
        let (final, mayBeThere) = (status, claimed.attempt > 1)
        let end = await running.run(claimed.effect.subject.id) {
            await deliver(final, mayBeThere: mayBeThere, by: reporter, on: connection)
        }
        guard case .finished = end else { return await handBack(claimed.id) }
        await report(claimed.id, nil, on: claimed.effect.pipeline)
    }

    /// Tries again what may work later; what a host will never take is logged and let go.
    private func deliver(
        _ status: CommitStatus, mayBeThere: Bool, by reporter: any CommitStatusReporter, on connection: Connection
    ) async {
        var mayBeThere = mayBeThere
        for attempt in 1...Self.statusAttempts {
            do throws(FailureDetails) {
                return try await reporter.report(status, mayBeThere: mayBeThere, on: connection, host: host)
            } catch {
                let facts: Logger.Metadata = [
                    "connection": "\(connection.name)", "repository": "\(status.repository)",
                    "context": "\(status.context)", "reason": "\(error.message)",
                ]
                switch error.type {
                case .configurationError, .permissionError, .revisionUnavailable:
                    return logger.warning("a commit status was refused by its host and is given up", metadata: facts)
                default:
                    guard !Task.isCancelled else { return }
                    if attempt == 1 {
                        logger.warning("a commit status could not be shown; it is tried again", metadata: facts)
                    }
                }
            }
            // The host may have taken it before the exchange broke off.
            mayBeThere = true
            let pause = min(3600, settings.statusPause * Double(1 << min(attempt - 1, 11)))
            do { try await Task.sleep(for: .seconds(pause)) } catch { return }
        }
        logger.error(
            "a commit status could not be shown for a day and is given up",
            metadata: ["connection": "\(connection.name)", "context": "\(status.context)"])
    }
}

extension Connection {
    /// Off by `options: {statuses: "off"}`; without a credential there is nobody to report as.
    package var showsStatuses: Bool {
        options["statuses"] != "off" && (credential != nil || !secrets.isEmpty)
    }
}
