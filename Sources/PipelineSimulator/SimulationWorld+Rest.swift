import PipelineEngine
import PipelineModel

/// The end of a run: everybody does what is asked of them, until nothing is left to do.
extension SimulationWorld {
    /// Nothing lives, and no effect waits but the timers of nothing.
    package var isAtRest: Bool {
        ledger.states.values.allSatisfy { $0.executions.values.allSatisfy { $0.status.isTerminal } }
            && ledger.effectCount == 0
    }

    /// What lives, in words.
    var live: [String] {
        ledger.states.sorted { $0.key < $1.key }.flatMap { name, state in
            state.executions.values.filter { !$0.status.isTerminal }.map { "\($0.id) of \(name) is \($0.status)" }
        }
    }

    package mutating func openTransitions() throws {
        for (name, state) in ledger.states.sorted(by: { $0.key < $1.key }) {
            for stage in state.declaration.stages where state.stages[stage.name]?.isOpen == false {
                let change = TransitionChange(stage: stage.name, type: .inbound, by: "ann", disabledReason: nil)
                try perform(.setTransition(change), on: name)
            }
        }
    }

    /// All that is due is done well, approvals are given; where nothing is due, time goes on.
    package mutating func workWell() throws {
        try claim(worker: 0, limit: .max)
        let due = workers[0].held
        workers[0].held = []
        for effect in due { try finish(effect, as: .done) }
        try workWellOutside()
        var approvals = 0
        for (name, state) in ledger.states.sorted(by: { $0.key < $1.key }) {
            for attempt in state.runningAttempts where attempt.approvalToken != nil {
                approvals += 1
                for approver in ["ann", "bob"] {
                    try perform(.answerApproval(Self.approval(of: attempt, by: approver)), on: name)
                }
            }
        }
        if due.isEmpty, approvals == 0 { clock.pass(Self.lease) }
    }

    private static func approval(of attempt: ActionExecution, by approver: String) -> ApprovalAnswer {
        ApprovalAnswer(
            stage: attempt.stage, action: attempt.action, token: attempt.approvalToken ?? "", status: .approved,
            summary: "", by: approver)
    }

    /// Those whom an opened transition didn't let in because they had waited for too long.
    mutating func stopStale() throws {
        for (name, state) in ledger.states.sorted(by: { $0.key < $1.key }) {
            for door in state.stages.values where door.isOpen {
                for waiting in door.inbound where door.isStale(waiting) {
                    try perform(.stop(waiting.id, mode: .wait, reason: "left behind"), on: name)
                }
            }
        }
    }
}
