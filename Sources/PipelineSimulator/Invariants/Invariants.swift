/// All invariants, in the order in which they are asked.
struct Invariants {
    private var all: [any Invariant] = [
        OneDecisionPerDelivery(), AnEventStartsOnce(), StageHasOneHolder(), EntryInOrder(), NothingStartsTwice(),
        TerminalStaysTerminal(),
        NobodyIsForgotten(), NoStrayEffect(), IDsAreNew(), RecordsAgreeWithState(), FailedCommitChangesNothing(),
        ReplayGivesSnapshot(), StagesInOrder(), UntrustedStaysUntrusted(),
    ]

    mutating func check(_ moment: Moment, step: Int) throws(Violation) {
        for place in all.indices {
            if let message = all[place].check(moment) {
                throw Violation(invariant: "\(type(of: all[place]))", message: message, step: step)
            }
        }
    }
}
