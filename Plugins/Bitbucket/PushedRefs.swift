import PipelineModel
import PluginKit

/// What a delivery says of refs, and what it comes to: one event for each, or a reason why there are none.
struct PushedRefs {
    enum Outcome {
        case event(SourceEvent.Change, SourceEvent.Commit?, unresolved: SourceEvent.OpenFact? = nil)
        /// Nothing that a pipeline could start from.
        case passedOver(String)
        /// Something that one could, but the payload doesn't say what.
        case unreadable
    }

    let repository: String
    let sender: SourceEvent.Sender?
    let changes: [Outcome]

    /// What was pushed and can't be told from the payload is left to the look at the refs, never dropped.
    var parsed: ParsedDelivery {
        var events: [SourceEvent] = []
        var reasons: [String] = []
        var mustAsk = changes.isEmpty
        for change in changes {
            switch change {
            case .event(let change, let commit, let unresolved):
                events.append(
                    SourceEvent(
                        repository: repository, change: change, commit: commit, sender: sender, unresolved: unresolved))
            case .passedOver(let reason): reasons.append(reason)
            case .unreadable: mustAsk = true
            }
        }
        if mustAsk {
            events.append(
                SourceEvent(repository: repository, change: .refsChanged, sender: sender, unresolved: .refs))
        }
        guard events.isEmpty else { return ParsedDelivery(events: events) }
        return ParsedDelivery(ignored: reasons.prefix(5).joined(separator: "; "))
    }
}
