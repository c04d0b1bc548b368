import Logging
import PipelineEngine
import PipelineModel
import PluginKit

/// Ends what actions that were stopped or timed out have going on outside of this gateway.
extension Workshop {
    /// Attempts, with pauses that double from one second to one minute: about an hour.
    private static let endAttempts = 64

    /// An errand of its own, so that its lease is kept and a shutdown cuts it short; the next start takes it up again.
    func endOutside(_ subject: SubjectID, claimed: ClaimedEffect) async {
        let errand = SubjectID("\(subject.rawValue) end")
        guard running.register(errand, effect: claimed.id, isErrand: true) == .taken else { return }
        defer { running.forget(errand) }
        switch await running.run(errand, { await end(subject, claimed) }) {
        case .finished: await report(claimed.id, nil, on: claimed.effect.pipeline)
        case .cancelled: await handBack(claimed.id)
        }
    }

    private func end(_ subject: SubjectID, _ claimed: ClaimedEffect) async {
        // The job's own task ends first: what it starts in its last moment is seen.
        while running.runs(subject) {
            do { try await Task.sleep(for: .milliseconds(10)) } catch { return }
        }
        let action = ActionExecutionID(subject.rawValue)
        for attempt in 1... {
            var failures: [String] = []
            for provider in providers.values {
                do throws(FailureDetails) { try await provider.end(action, on: host) } catch {
                    failures.append(error.message)
                }
            }
            guard !failures.isEmpty, !Task.isCancelled else { return }
            let facts: Logger.Metadata = [
                "pipeline": "\(claimed.effect.pipeline)", "action": "\(action)",
                "reason": "\(failures.joined(separator: "; "))",
            ]
            guard attempt < Self.endAttempts else {
                return logger.error("what a stopped action started outside could not be ended", metadata: facts)
            }
            logger.warning("what a stopped action started outside isn't ended yet; tried again", metadata: facts)
            do { try await Task.sleep(for: .seconds(min(60, 1 << min(attempt - 1, 6)))) } catch { return }
        }
    }
}
