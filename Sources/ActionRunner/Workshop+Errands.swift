import Logging
import PipelineEngine
import PipelineModel
import PluginKit

/// Errands: questions to Git hosts and messages to people. They take no job's place.
extension Workshop {
    func ask(_ question: ChangedPathsQuestion, claimed: ClaimedEffect) async {
        let inquiry = ChangedPathsInquiry(
            question: question, sourceHosts: sourceHosts, resolvers: resolvers, host: host,
            patience: settings.questionPatience)
        guard case .finished(let answer) = await running.run(claimed.effect.subject.id, { await inquiry.answer() })
        else { return await handBack(claimed.id) }
        await report(claimed.id, .changedPaths(question, answer), on: claimed.effect.pipeline)
    }

    func tell(_ notice: ApprovalNotice, claimed: ClaimedEffect) async {
        let pipeline = claimed.effect.pipeline
        guard !notifiers.isEmpty else {
            logger.info(
                "an approval waits and nobody was told: no module of this gateway delivers messages",
                metadata: ["pipeline": "\(pipeline)", "stage": "\(notice.stage)", "action": "\(notice.action)"])
            return await report(claimed.id, nil, on: pipeline)
        }
        switch await running.run(claimed.effect.subject.id, { await deliver(notice, claimed) }) {
        case .finished(.ended): await report(claimed.id, nil, on: pipeline)
        case .finished(.taken): return
        case .cancelled: await handBack(claimed.id)
        }
    }

    private enum NoticeEnd {
        /// Told, or not to be told any more.
        case ended
        /// The effect's lease went to another.
        case taken
    }

    /// Attempts, with pauses that double from a quarter of a minute to an hour: about a day.
    private static let noticeAttempts = 32

    /// Tries again those that failed, later each time, until all were told, the approval waits no more, or a day has
    /// passed. The lease is kept meanwhile.
    private func deliver(_ notice: ApprovalNotice, _ claimed: ClaimedEffect) async -> NoticeEnd {
        let (subject, body) = notice.snsMessage(consoleLinkBase: settings.consoleLinkBase)
        let message = NotificationMessage(topic: notice.topic, subject: subject, body: body)
        var untold = notifiers
        var attempt = claimed.attempt
        while true {
            if attempt > 1, await !mayWait(notice, of: claimed.effect.pipeline) { return .ended }
            let failures = await notify(message, &untold)
            guard !untold.isEmpty, !Task.isCancelled else { return .ended }
            let facts: Logger.Metadata = [
                "topic": "\(notice.topic)", "reason": "\(failures.joined(separator: "; "))",
            ]
            guard attempt < Self.noticeAttempts else {
                logger.error("a message could not be delivered for a day and is given up", metadata: facts)
                return .ended
            }
            logger.warning("a message could not be delivered; it is tried again", metadata: facts)
            let pause = min(3600, settings.noticePause * Double(1 << min(attempt - 1, 8)))
            do { try await Task.sleep(for: .seconds(pause)) } catch { return .ended }
            if await !isStillOurs(claimed.id) { return .taken }
            attempt += 1
        }
    }

    /// Whether somebody may still have to answer.
    private func mayWait(_ notice: ApprovalNotice, of pipeline: PipelineName) async -> Bool {
        do {
            let executions = try await ledger.state(of: pipeline)?.executions.values
            return executions?.contains { execution in
                execution.stages.last?.actions.contains { $0.approvalToken == notice.token } ?? false
            } ?? false
        } catch {
            // Told once too often is better than never.
            return true
        }
    }

    private func notify(_ message: NotificationMessage, _ untold: inout [any Notifier]) async -> [String] {
        var failed: [any Notifier] = []
        var reasons: [String] = []
        for notifier in untold {
            do throws(FailureDetails) {
                try await notifier.notify(message, host: host)
            } catch {
                failed.append(notifier)
                reasons.append(error.message)
            }
        }
        untold = failed
        return reasons
    }

    private func isStillOurs(_ effect: EffectID) async -> Bool {
        do {
            return try await ledger.renew([effect], worker: worker, lease: settings.lease).contains(effect)
        } catch {
            return true
        }
    }
}
