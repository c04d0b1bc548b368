import Foundation
import Logging
import PipelineEngine
import PipelineModel
import PluginKit

/// One look at one source, and what its watchers make of it.
extension SourcePolling {
    private static let day: Double = 86_400

    func look(at source: WatchedSource, previous: LookAgenda.Sight) async -> LookReport {
        do {
            var before: [WatchedSource.Watcher: PipelineState] = [:]
            for watcher in source.watchers {
                guard let state = try await ledger.state(of: watcher.pipeline) else { continue }
                guard state.pollingDisabledAt == nil else { continue }
                if try await isIdle(state) {
                    try await disable(watcher.pipeline)
                    continue
                }
                before[watcher] = state
            }
            // Nobody wants to know.
            guard !before.isEmpty else { return LookReport(look: .unsettled) }
            guard let revision = try await newestRevision(of: source) else { return LookReport(look: .saw(nil)) }
            var isSettled = true
            for watcher in source.watchers where before[watcher] != nil {
                let settled = try await tell(
                    watcher, revision, source: source, previous: previous, before: before[watcher])
                isSettled = settled && isSettled
            }
            return LookReport(look: isSettled ? .saw(revision) : .unsettled)
        } catch let failure as FailureDetails {
            return LookReport(look: .failed, reason: failure.message)
        } catch is CancellationError {
            return LookReport(look: .unsettled)
        } catch {
            return LookReport(look: .failed, reason: "\(error)")
        }
    }

    /// - Returns: whether the pipeline knows the revision now.
    private func tell(
        _ watcher: WatchedSource.Watcher, _ revision: String, source: WatchedSource, previous: LookAgenda.Sight,
        before: PipelineState?
    ) async throws -> Bool {
        guard let state = try await ledger.state(of: watcher.pipeline) else { return true }
        switch LookVerdict(revision, of: watcher.action, previous: previous, before: before, state: state) {
        case .nothingNew: return true
        case .wait: return false
        case .changed: break
        }
        let trigger = ExecutionTrigger(type: .pollForSourceChanges, detail: "\(watcher.action)/\(revision)")
        let change = SourceChange(
            action: watcher.action, revision: revision, origin: .poll, trigger: trigger,
            revisionType: probes[source.type]?.revisionType,
            basis: SourceChange.Basis(state.seenRevisions[watcher.action]?.last?.id))
        do {
            switch try await ledger.perform(.sourceChanged(change), on: watcher.pipeline) {
            case .sourceRevision(true, let started?):
                told(watcher, revision, started)
                return true
            case .notStarted: return false
            default: return true
            }
        } catch CommandRefusal.concurrentExecutionsLimit {
            return false
        } catch let refusal as CommandRefusal {
            // The declaration has changed since it was read.
            logger.info(
                "a source's change was refused",
                metadata: ["pipeline": "\(watcher.pipeline)", "action": "\(watcher.action)", "reason": "\(refusal)"])
            return true
        }
    }

    private func told(
        _ watcher: WatchedSource.Watcher, _ revision: String, _ started: ExecutionID
    ) {
        logger.info(
            "polling has started a pipeline",
            metadata: [
                "pipeline": "\(watcher.pipeline)", "action": "\(watcher.action)", "revision": "\(revision)",
                "execution": "\(started)",
            ])
    }

    /// Within the time that a look may take; then it is cancelled, and what it has started ends.
    private func newestRevision(of source: WatchedSource) async throws -> String? {
        guard let probe = probes[source.type] else { return nil }
        return try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask {
                try await probe.newestRevision(source.type, configuration: source.configuration, host: host)
            }
            group.addTask {
                try await Task.sleep(for: .seconds(settings.lookTimeout))
                throw FailureDetails(
                    .systemUnavailable, "the source did not answer within \(settings.lookTimeout) seconds")
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    /// Nothing has started the pipeline, nor changed its declaration, for the whole limit.
    private func isIdle(_ state: PipelineState) async throws -> Bool {
        let limit = host.now().timeIntervalSince1970 - settings.idleLimit
        guard max(state.created, state.updated) < limit,
            !state.executions.values.contains(where: { !$0.status.isTerminal || $0.startTime >= limit })
        else { return false }
        // The state holds only some of what has ended.
        let newest = try await ledger.executions(of: state.declaration.name, before: nil, limit: 1)
        return newest.allSatisfy { $0.startTime < limit }
    }

    private func disable(_ pipeline: PipelineName) async throws {
        _ = try await ledger.perform(.disablePolling, on: pipeline)
        logger.notice(
            "polling of a pipeline was disabled: nothing has started it for long; the next start enables it again",
            metadata: ["pipeline": "\(pipeline)", "days": "\(Int(settings.idleLimit / Self.day))"])
    }
}
