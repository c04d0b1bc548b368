import Foundation
import Logging
import PipelineEngine
import PipelineModel
import PluginKit

/// Errands: questions to Git hosts and messages to people. They take no job's place.
extension Workshop {
    func ask(_ question: ChangedPathsQuestion, claimed: ClaimedEffect) async {
        let inquiry = ChangedPathsInquiry(
            question: question, sourceHosts: sourceHosts, host: host, patience: settings.questionPatience)
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
        /// The effect is gone: the approval was answered, or its lease went to another.
        case taken
    }

    /// Attempts, with pauses that double from a quarter of a minute to an hour: about a day.
    private static let noticeAttempts = 32

    /// Tries again those that failed, later each time, until all were told, the approval has expired or been answered,
    /// or a day has passed. The lease is kept meanwhile.
    private func deliver(_ notice: ApprovalNotice, _ claimed: ClaimedEffect) async -> NoticeEnd {
        let message: NotificationMessage
        do {
            message = try NotificationMessage(notice, consoleLinkBase: settings.consoleLinkBase)
        } catch {
            logger.error(
                "a message could not be written", metadata: ["topic": "\(notice.topic)", "reason": "\(error)"])
            return .ended
        }
        var untold = notifiers
        var attempt = claimed.attempt
        while true {
            let failures = await notify(message, &untold)
            guard !untold.isEmpty, !Task.isCancelled else { return .ended }
            let expired = host.now().timeIntervalSince1970 >= notice.expires
            guard attempt < Self.noticeAttempts, !expired else {
                logger.error(
                    "a message was given up",
                    metadata: ["topic": "\(notice.topic)", "reason": "\(failures.joined(separator: "; "))"])
                return .ended
            }
            logger.warning(
                "a message could not be delivered; it is tried again",
                metadata: ["topic": "\(notice.topic)", "reason": "\(failures.joined(separator: "; "))"])
            let pause = min(3600, settings.noticePause * Double(1 << min(attempt - 1, 8)))
            do { try await Task.sleep(for: .seconds(pause)) } catch { return .ended }
            if await !isStillOurs(claimed.id) { return .taken }
            attempt += 1
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
            // Told once too often is better than never.
            return true
        }
    }
}
