import PipelineEngine
import PipelineModel

extension LedgerSession {
    /// Journals a delivery that speaks to one pipeline, and starts it if its webhook's filters let it.
    mutating func record(
        _ delivery: Delivery, to pipeline: PipelineName, noting start: RegistryEntry?,
        decide: (PipelineDeclaration) -> MatchVerdict
    ) throws -> DeliveryReceipt {
        if delivery.replayOf == nil, let former = try rows.taken(delivery.deliveryID, hook: delivery.hook) {
            return try journalDuplicate(delivery, of: former)
        }
        let decision = try word(on: pipeline, decide)
        if decision.started != nil, let start { try rows.apply(.put(start), at: terms.clock()) }
        let receipt = try journal(delivery, outcome: DeliveryOutcome.accepted, reason: nil, decisions: [decision])
        if let execution = decision.started { note(receipt.sequence, thatStarted: execution) }
        return receipt
    }

    private mutating func word(
        on pipeline: PipelineName, _ decide: (PipelineDeclaration) -> MatchVerdict
    ) throws -> DeliveryDecision {
        var word = DeliveryDecision(pipeline: pipeline, started: nil, reason: "there is no pipeline '\(pipeline)'")
        do {
            guard let state = try currentState(of: pipeline) else { return word }
            switch decide(state.declaration) {
            case .no(let reason): word.reason = reason
            case .asks: word.reason = "a webhook's filters ask no host"
            case .starts(let request):
                guard case .started(let id, _) = try perform(.start(request), on: pipeline) else {
                    word.reason = "nothing was started"
                    break
                }
                word.started = id
                word.reason = "all filters of the webhook match"
            }
        } catch let refusal as CommandRefusal {
            word.reason = refusal.reason
        } catch LedgerError.unreadable(let reason) {
            word.reason = LedgerError.unreadable(reason).description
        }
        return word
    }
}
