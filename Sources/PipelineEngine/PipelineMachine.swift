import PipelineModel

/// The rules of one pipeline: `decide` says what a command leads to, and is pure.
///
/// The machine works on a draft of the state. A rule emits events; each is applied to the draft at once, so the next
/// rule sees it. Rules live in `PipelineMachine+RULE.swift`, what the events do to the state in `PipelineState+Apply.swift`.
package struct PipelineMachine {
    var draft: PipelineState?
    var context: DecisionContext
    private(set) var events: [PipelineEvent] = []
    private(set) var effects: [EffectChange] = []
    private(set) var departed: [PipelineExecution] = []
    /// The stages whose waiting executions are being let in, further up the stack.
    var admitting: Set<StageName> = []

    init(state: PipelineState?, context: DecisionContext) {
        self.draft = state
        self.context = context
    }

    /// What the command leads to.
    ///
    /// - Throws: ``CommandRefusal``; then nothing has happened.
    package static func decide(
        _ command: PipelineCommand, on state: PipelineState?, in context: DecisionContext
    ) throws(CommandRefusal) -> Decision {
        var machine = PipelineMachine(state: state, context: context)
        let outcome = try machine.perform(command)
        machine.reportStatuses()
        return Decision(
            state: machine.draft, events: machine.events, effects: machine.effects, outcome: outcome,
            departed: machine.departed)
    }

    mutating func emit(_ event: PipelineEvent) {
        events.append(event)
        departed += PipelineState.apply(event, at: context.now, to: &draft)
    }

    mutating func change(_ effect: EffectChange) { effects.append(effect) }
}
