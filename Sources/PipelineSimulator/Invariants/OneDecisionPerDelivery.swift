import PipelineEngine
import PipelineModel
import PipelineStore

/// An accepted delivery yields exactly one decision for each event and pipeline that it speaks to, or one for each
/// question that the host is asked, and takes its (hook, id) once: what comes again is a duplicate that decides nothing.
struct OneDecisionPerDelivery: Invariant {
    private var taken: Set<String> = []
    private var read = 0

    mutating func check(_ moment: Moment) -> String? {
        guard moment.isCommitted else { return nil }
        let journal = moment.ledger.journal
        defer { read = journal.count }
        for entry in journal[min(read, journal.count)...] {
            if let wrong = check(entry, moment) { return wrong }
        }
        for delivery in moment.batch.deliveries {
            if let wrong = decisions(of: delivery) { return wrong }
        }
        return nil
    }

    private mutating func check(_ entry: JournalEntry, _ moment: Moment) -> String? {
        let key = "\(entry.hook)/\(entry.deliveryID)"
        switch entry.outcome {
        case "accepted", "ignored":
            guard entry.replayOf == nil else { return nil }
            guard taken.insert(key).inserted else { return "the delivery \(key) was accepted twice" }
        case "duplicate":
            guard taken.contains(key) else { return "the delivery \(key) is called a duplicate, but is the first" }
            guard entry.decisions.isEmpty else { return "the duplicate \(key) has decided something" }
        default: break
        }
        for case let id? in entry.decisions.map(\.started) where moment.ledger.execution(id) == nil {
            let pipeline = entry.decisions.first { $0.started == id }?.pipeline
            if let pipeline, moment.batch.hasDeleted(pipeline) { continue }
            return "the delivery \(key) says that it started \(id), which is nowhere"
        }
        return nil
    }

    private func decisions(of recorded: RecordedDelivery) -> String? {
        let decided = recorded.receipt.decisions.map { $0.pipeline?.rawValue ?? "none" }.sorted()
        guard !recorded.receipt.isDuplicate else {
            return decided.isEmpty ? nil : "the duplicate \(recorded.delivery.deliveryID) has decided \(decided)"
        }
        let expected = recorded.listeners.flatMap { $0.isEmpty ? ["none"] : $0.map(\.rawValue) }.sorted()
        guard decided == expected else {
            return "the delivery \(recorded.delivery.deliveryID) decided for \(decided), it speaks to \(expected)"
        }
        return nil
    }
}
