import Foundation
import PipelineEngine
import PipelineModel
import Testing

/// One pipeline in a test: performs commands as the ledger does, and keeps what the ledger would keep.
struct EngineProbe {
    private(set) var state: PipelineState?
    var now = 1000.0
    var settings = EngineSettings()
    private(set) var events: [TimedEvent] = []
    /// The effects that are scheduled and not cancelled. Timers and runs stay: a test fires them itself.
    private(set) var effects: [Effect] = []
    private(set) var departed: [ExecutionID: PipelineExecution] = [:]
    private var step = 0

    init() {}

    /// A pipeline whose first execution (number 1) has been started by its creation.
    init(_ drawing: String, change: (inout PipelineDeclaration) -> Void = { _ in }) throws {
        var declaration = PipelineDeclaration(drawing)
        change(&declaration)
        try perform(.create(declaration, trigger: ExecutionTrigger(type: .createPipeline)))
    }

    @discardableResult
    mutating func perform(_ command: PipelineCommand) throws -> Decision {
        step += 1
        let former = departed
        let context = DecisionContext(
            now: now, ids: SequenceIDs(step: step), settings: settings, history: { former[$0] })
        let decision = try PipelineMachine.decide(command, on: state, in: context)
        state = decision.state
        events += decision.events.map { TimedEvent(at: now, event: $0) }
        for change in decision.effects {
            switch change {
            case .schedule(let effect): effects.append(effect)
            case .cancel(let id): effects.removeAll { $0.subject.id == id }
            }
        }
        for execution in decision.departed { departed[execution.id] = execution }
        now += 1
        return decision
    }

    /// Performs steps in words, e.g. `ok unit`, `fail lint`, `start`, `stop 1`, `retry Build 1`, separated by commas.
    mutating func run(_ steps: String) throws {
        for text in steps.split(separator: ",") {
            let words = text.split(separator: " ").map { String($0) }
            if words.first == "days", let days = words.last.flatMap(Double.init) {
                now += days * 86_400
            } else {
                try perform(command(words))
            }
        }
    }

    /// What a command in words leads to when it is refused.
    mutating func refusal(of step: String) throws -> CommandRefusal? {
        do {
            try run(step)
            return nil
        } catch let refusal as CommandRefusal { return refusal }
    }

    func command(_ words: [String]) throws -> PipelineCommand {
        func word(_ index: Int) throws -> String { try #require(index < words.count ? words[index] : nil) }
        switch try word(0) {
        case "start": return .start(StartRequest(trigger: ExecutionTrigger(type: .startPipelineExecution)))
        case "ok": return .actionSucceeded(try reference(try word(1)), try result(try word(1)))
        case "fail": return .actionFailed(try reference(try word(1)), FailureDetails(.jobFailed, "broken"))
        case "poll":
            return .actionPending(try reference(try word(1)), ActionContinuation(token: "t", pollAgainIn: 5))
        case "timeout": return .actionTimedOut(try reference(try word(1)))
        case "stop": return .stop(try id(try word(1)), mode: .wait, reason: nil)
        case "abandon": return .stop(try id(try word(1)), mode: .abandon, reason: "enough")
        case "retry": return .retry(StageName(try word(1)), try id(try word(2)), .failedActions)
        case "retryall": return .retry(StageName(try word(1)), try id(try word(2)), .allActions)
        case "approve": return .answerApproval(try answer(try word(1), .approved))
        case "reject": return .answerApproval(try answer(try word(1), .rejected))
        case "update": return .update(try #require(state).declaration)
        case "delete": return .delete
        case "mode":
            var next = try #require(state).declaration
            next.executionMode = try #require(ExecutionMode(rawValue: try word(1)))
            return .update(next)
        case "redraw": return .update(PipelineDeclaration(words.dropFirst().joined(separator: " ")))
        case "tag": return .tag([try word(1): try word(2)])
        case "untag": return .untag([try word(1)])
        case "disablepolling": return .disablePolling
        default: return try gateCommand(words)
        }
    }

    /// Words about transitions, conditions, rollbacks and sources.
    private func gateCommand(_ words: [String]) throws -> PipelineCommand {
        func word(_ index: Int) throws -> String { try #require(index < words.count ? words[index] : nil) }
        func transition(_ type: TransitionType, _ reason: String?) throws -> PipelineCommand {
            .setTransition(
                TransitionChange(stage: StageName(try word(1)), type: type, by: Self.ann, disabledReason: reason))
        }
        switch try word(0) {
        case "disable": return try transition(.inbound, "closed")
        case "enable": return try transition(.inbound, nil)
        case "disableout": return try transition(.outbound, "closed")
        case "enableout": return try transition(.outbound, nil)
        case "rule":
            let reference = RuleReference(try judging(try word(2)))
            switch try word(1) {
            case "ok": return .ruleSucceeded(reference, RuleResult(summary: "fine"))
            case "fail": return .ruleFailed(reference, FailureDetails(.jobFailed, "red"))
            case "fault": return .ruleFailed(reference, FailureDetails(.systemUnavailable, "no answer"))
            case "poll": return .rulePending(reference, ActionContinuation(token: "t", pollAgainIn: 60))
            case "timeout": return .ruleTimedOut(reference)
            default: throw UnknownStep(words: words)
            }
        case "override":
            let gate = words.count > 3 ? ConditionGate(rawValue: words[3]) : .beforeEntry
            return .overrideCondition(
                StageName(try word(1)), try id(try word(2)), try #require(gate), by: Self.ann)
        case "rollback":
            return .rollBack(
                StageName(try word(1)), to: try id(try word(2)),
                trigger: ExecutionTrigger(type: .manualRollback, detail: Self.ann))
        case "put", "see":
            let origin: SourceChange.Origin = try word(0) == "put" ? .put : .poll
            return .sourceChanged(
                SourceChange(
                    action: ActionName(try word(1)), revision: try word(2), origin: origin,
                    trigger: ExecutionTrigger(type: origin == .put ? .putActionRevision : .pollForSourceChanges),
                    revisionType: origin == .put ? nil : .commitID))
        case "hook":
            let revision = SourceRevisionOverride(
                actionName: ActionName(try word(1)), revisionType: .commitID, revisionValue: try word(2))
            return .start(
                StartRequest(
                    trigger: ExecutionTrigger(type: .webhookV2), input: StartInput(sourceRevisions: [revision])))
        default: throw UnknownStep(words: words)
        }
    }

    static let ann = "arn:aws:iam::000000000000:user/ann"

    private struct UnknownStep: Error { var words: [String] }

    private func answer(_ action: String, _ status: ApprovalAnswer.Status) throws -> ApprovalAnswer {
        let attempt = try running(action)
        return ApprovalAnswer(
            stage: attempt.stage, action: attempt.action, token: try #require(attempt.approvalToken), status: status,
            summary: "", by: Self.ann)
    }

    /// As a runner would report it: every declared output stored, sources with a revision.
    private func result(_ action: String) throws -> ActionResult {
        let attempt = try running(action)
        let outputs = attempt.outputArtifacts.map { output in
            StoredArtifact(name: output.name, bucket: output.bucket, key: output.key, sha256: "ab", size: 7)
        }
        let isSource = attempt.type.category == .source
        return ActionResult(
            outputs: outputs,
            revision: isSource ? SourceRevision(actionName: attempt.action, revisionID: "c-\(attempt.id)") : nil)
    }
}

/// An event and when it happened.
struct TimedEvent: Codable, Equatable {
    var at: Double
    var event: PipelineEvent
}

extension EngineProbe {
    /// Every execution that there ever was, in the order of starts.
    var executions: [PipelineExecution] {
        // One that was taken up again is in both places.
        let live = state?.executions ?? [:]
        return (departed.values.filter { live[$0.id] == nil } + live.values).sorted { $0.number < $1.number }
    }

    func execution(_ number: Int) throws -> PipelineExecution {
        try #require(executions.first { $0.number == number }, "no execution \(number)")
    }

    func id(_ number: String) throws -> ExecutionID { try execution(try #require(Int(number))).id }

    var runningAttempts: [ActionExecution] {
        (state?.executions.values.map { $0 } ?? []).sorted { $0.number < $1.number }
            .flatMap { $0.stages.flatMap(\.actions) }.filter { $0.status == .inProgress }
    }

    /// The running attempt of an action; `name.2` means execution 2's.
    func running(_ text: String) throws -> ActionExecution {
        let parts = text.split(separator: ".")
        let owner = parts.count == 2 ? try id(String(parts[1])) : nil
        return try #require(
            runningAttempts.first { $0.action.rawValue == parts[0] && (owner == nil || $0.executionID == owner) },
            "\(text) isn't running")
    }

    /// The rules whose verdict is awaited.
    var runningRules: [RuleExecution] {
        let live: [PipelineExecution] = state.map { $0.executions.values.sorted { $0.number < $1.number } } ?? []
        var rules: [RuleExecution] = []
        for execution in live {
            for gate in ConditionGate.allCases { rules += execution.stages.last?.conditions[gate]?.rules ?? [] }
        }
        return rules.filter { $0.status == .inProgress }
    }

    /// The running rule of a name; `name.2` means execution 2's.
    func judging(_ text: String) throws -> RuleExecution {
        let parts = text.split(separator: ".")
        let owner = parts.count == 2 ? try id(String(parts[1])) : nil
        return try #require(
            runningRules.first { $0.rule.rawValue == parts[0] && (owner == nil || $0.executionID == owner) },
            "rule \(text) isn't running")
    }

    /// The statuses of an execution's stages, e.g. `Source Succeeded, Build Skipped`.
    func stages(of number: Int) throws -> String {
        try execution(number).stages.map { "\($0.name) \($0.status.rawValue)" }.joined(separator: ", ")
    }

    func condition(_ gate: ConditionGate, in number: Int = 1) throws -> ConditionExecution {
        try #require(try execution(number).stages.last { $0.conditions[gate] != nil }?.conditions[gate])
    }

    func reference(_ action: String) throws -> ActionReference { ActionReference(try running(action)) }

    /// The latest attempt of an action in an execution, running or not.
    func attempt(_ action: ActionName, in number: Int = 1) throws -> ActionExecution {
        try #require(try execution(number).stages.flatMap(\.actions).last { $0.action == action })
    }

    /// The world in words, e.g. `1 InProgress in Build: unit lint, 2 InProgress before Build`. `at` instead of `in`:
    /// without its lock, as PARALLEL executions are; `?` precedes rules; `2r` is a rollback.
    var picture: String {
        executions.map { execution in
            var text = "\(execution.number)\(execution.type == .rollback ? "r" : "") \(execution.status.rawValue)"
            if execution.mode == .parallel, execution.isInsideStage, let stage = execution.stages.last {
                text += " at \(stage.name)"
            }
            if let (stage, _) = state?.stages.first(where: { $0.value.occupant == execution.id }) {
                text += " in \(stage)"
            }
            if let (stage, _) = state?.stages.first(where: { $0.value.inbound.contains { $0.id == execution.id } }) {
                text += " before \(stage)"
            }
            let running = runningAttempts.filter { $0.executionID == execution.id }.map(\.action.rawValue)
            let rules = runningRules.filter { $0.executionID == execution.id }.map(\.rule.rawValue)
            if !running.isEmpty { text += ": " + running.joined(separator: " ") }
            return rules.isEmpty ? text : text + "? " + rules.joined(separator: " ")
        }.joined(separator: ", ")
    }

    func effects(of kind: (Effect.Kind) -> Bool) -> [Effect] { effects.filter { kind($0.kind) } }
}

/// A row of a table test: a world, what happens to it, what it looks like afterwards.
struct Scene: Sendable, CustomTestStringConvertible {
    var drawing: String
    var steps: String
    var picture: String

    init(_ drawing: String, _ steps: String, _ picture: String) {
        self.drawing = drawing
        self.steps = steps
        self.picture = picture
    }

    var testDescription: String { "\(drawing) ⇒ \(steps) ⇒ \(picture)" }

    func check(_ location: SourceLocation = #_sourceLocation) throws {
        var probe = try EngineProbe(drawing)
        try probe.run(steps)
        #expect(probe.picture == picture, sourceLocation: location)
        var replayed: PipelineState?
        for event in probe.events { PipelineState.apply(event.event, at: event.at, to: &replayed) }
        #expect(replayed == probe.state, "replaying the events gives another state", sourceLocation: location)
        let stored = try JSONDecoder().decode(PipelineState?.self, from: JSONEncoder().encode(probe.state))
        #expect(stored == probe.state, "the stored state reads differently", sourceLocation: location)
    }
}
