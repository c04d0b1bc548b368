import Logging
import PipelineEngine
import PipelineModel
package import PluginKit

/// The outbox of commit statuses: each goes out once, in the order of its context, however long the host is away.
///
/// One that never goes out says why in the log and is counted; the later ones of its context don't wait for it.
extension Workshop {
    /// Attempts, with pauses that double from two seconds to an hour: about a day.
    private static let statusAttempts = 36

    func show(_ status: CommitStatus, on arn: ConnectionARN, claimed: ClaimedEffect) async {
        await statusLanes.turn(of: claimed.id)
        var status = status
        let pipeline = claimed.effect.pipeline
        if let execution = status.execution { status.url = settings.executionLink?(pipeline, execution) }
        let errand = StatusErrand(status: status, connection: arn, pipeline: pipeline)
        let mayBeThere = claimed.attempt > 1
        let end = await running.run(claimed.effect.subject.id) { await deliver(errand, mayBeThere: mayBeThere) }
        guard case .finished(let observation?) = end else { return await handBack(claimed.id) }
        statusObserver(observation)
        await report(claimed.id, nil, on: pipeline)
    }

    /// Tries again what may work later; what a host will never take is logged and let go. `nil` when it was cancelled.
    private func deliver(_ errand: StatusErrand, mayBeThere: Bool) async -> StatusObservation? {
        var mayBeThere = mayBeThere
        for attempt in 1...Self.statusAttempts {
            // Looked up each time: it may have been changed or taken away meanwhile.
            let teller: StatusTeller
            switch self.teller(for: errand.connection) {
            case .success(let found): teller = found
            case .failure(let absence): return drop(errand, absence)
            }
            let provider = teller.connection.provider
            do throws(FailureDetails) {
                try await teller.reporter.report(
                    errand.status, mayBeThere: mayBeThere, on: teller.connection, host: host)
                return StatusObservation(provider: provider, result: .shown)
            } catch {
                switch error.type {
                case .configurationError, .permissionError, .revisionUnavailable:
                    logger.warning(
                        "a commit status was refused by its host and is given up", metadata: errand.facts(error.message)
                    )
                    return StatusObservation(provider: provider, result: .refused)
                default:
                    guard !Task.isCancelled else { return nil }
                    guard attempt < Self.statusAttempts else {
                        logger.error(
                            "a commit status could not be shown for a day and is given up",
                            metadata: errand.facts(error.message))
                        return StatusObservation(provider: provider, result: .givenUp)
                    }
                    if attempt == 1 {
                        logger.warning(
                            "a commit status could not be shown; it is tried again",
                            metadata: errand.facts(error.message))
                    }
                }
            }
            // The host may have taken it before the exchange broke off.
            mayBeThere = true
            let pause = min(3600, settings.statusPause * Double(1 << min(attempt - 1, 11)))
            do { try await Task.sleep(for: .seconds(pause)) } catch { return nil }
        }
        return nil
    }

    private func drop(_ errand: StatusErrand, _ absence: StatusTeller.Absence) -> StatusObservation {
        logger.warning(
            "a commit status is dropped: its host can't be told any more", metadata: errand.facts(absence.reason))
        return StatusObservation(provider: absence.provider, result: .dropped)
    }

    /// Who tells the connection's host, or why nobody does.
    private func teller(for arn: ConnectionARN) -> Result<StatusTeller, StatusTeller.Absence> {
        guard let connection = host.connections.connection(arn) else {
            let reason = host.connections.absence(of: arn) ?? "the connection is gone"
            return .failure(StatusTeller.Absence(provider: nil, reason: reason))
        }
        guard let reporter = statusReporters[connection.provider] else {
            let reason = "no module shows statuses at \(connection.provider)"
            return .failure(StatusTeller.Absence(provider: nil, reason: reason))
        }
        guard connection.showsStatuses else {
            let isOff = connection.options["statuses"] == "off"
            let reason = isOff ? "the connection's options say statuses: off" : "the connection has no credential"
            return .failure(StatusTeller.Absence(provider: connection.provider, reason: reason))
        }
        return .success(StatusTeller(connection: connection, reporter: reporter))
    }
}

private struct StatusTeller {
    let connection: Connection
    let reporter: any CommitStatusReporter

    struct Absence: Error {
        let provider: String?
        let reason: String
    }
}

private struct StatusErrand: Sendable {
    let status: CommitStatus
    let connection: ConnectionARN
    let pipeline: PipelineName

    func facts(_ reason: String) -> Logger.Metadata {
        [
            "connection": "\(connection)", "pipeline": "\(pipeline)",
            "execution": "\(status.execution?.rawValue ?? "unknown")", "repository": "\(status.repository)",
            "commit": "\(status.commit)", "context": "\(status.context)", "state": "\(status.state.rawValue)",
            "reason": "\(reason)",
        ]
    }
}

extension Connection {
    /// Off by `options: {statuses: "off"}`; without a credential there is nobody to report as.
    package var showsStatuses: Bool {
        options["statuses"] != "off" && (credential != nil || !secrets.isEmpty)
    }
}
