import Foundation
import PipelineEngine
import PipelineModel

/// Deliveries about which something is still open: they may start the pipeline yet, or would have.
extension PipelineExplanation.OpenDelivery {
    /// - Parameter entry: pending or parked; `nil` of any other.
    init?(_ entry: JournalEntry, now: Double) {
        guard let deferral = entry.deferral else { return nil }
        sequence = entry.sequence
        receivedAt = Date(timeIntervalSince1970: entry.receivedAt)
        hook = entry.hookName.isEmpty ? entry.hook.rawValue : entry.hookName
        event = entry.event
        isParked = deferral.isParked
        situation = Self.situation(deferral, of: entry.sequence, now: now)
    }

    /// What a delivery waits for, or why it waits for nothing any more.
    static func situation(_ deferral: JournalEntry.Deferral, of delivery: Int64, now: Double) -> String {
        let reason = deferral.reason ?? "what it says could not be found out"
        guard !deferral.isParked else {
            return "it is parked: \(reason); 'penstock deliveries replay \(delivery)' tries it again"
        }
        guard deferral.attempts > 0 || deferral.reason != nil else {
            return "it was answered and is being looked into: what it says is asked of its module or its host"
        }
        return "it is looked into again \(Spoken.deadline(deferral.dueAt, now: now)): \(reason) "
            + "(\(Spoken.count(deferral.attempts, "attempt")) so far)"
    }
}

extension PipelineExplanation {
    /// Whether a delivery whose content is still open could concern the pipeline.
    ///
    /// - Parameters:
    ///   - bindings: the pipeline's.
    ///   - connectionKey: of the hook's connection; `nil` when the hook is gone.
    ///   - events: what is known of it; `nil`: nothing.
    static func concerns(
        _ deferral: JournalEntry.Deferral, _ pipeline: PipelineName, bindings: [SourceBinding], connectionKey: String?,
        servesGitHubV1: Bool, events: [SourceEvent]?
    ) -> Bool {
        if let only = deferral.only, only != pipeline { return false }
        let own = bindings.filter {
            $0.connectionKey.map { $0 == connectionKey } ?? servesGitHubV1
        }
        guard !own.isEmpty else { return false }
        guard let events else { return true }
        return events.contains { event in own.contains { $0.repositoryKey == event.repository.lowercased() } }
    }
}
