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
        let context = DecisionContext(now: now, ids: SequenceIDs(step: step), settings: settings)
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
        for text in steps.split(separator: ",") { try perform(command(text.split(separator: " ").map { String($0) })) }
    }

    /// What a command in words leads to when it is refused.
    mutating func refusal(of step: String) throws -> CommandRefusal? {
        do {
            try run(step)
            return nil
        } catch let refusal as CommandRefusal { return refusal }
    }

    private func command(_ words: [String]) throws -> PipelineCommand {
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
        default: throw UnknownStep(words: words)
        }
    }

    private struct UnknownStep: Error { var words: [String] }

    private func answer(_ action: String, _ status: ApprovalAnswer.Status) throws -> ApprovalAnswer {
        let attempt = try running(action)
        return ApprovalAnswer(
            stage: attempt.stage, action: attempt.action, token: try #require(attempt.approvalToken), status: status,
            summary: "", by: "arn:aws:iam::000000000000:user/ann")
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
        (departed.values + (state?.executions.values.map { $0 } ?? [])).sorted { $0.number < $1.number }
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

    func reference(_ action: String) throws -> ActionReference { ActionReference(try running(action)) }

    /// The latest attempt of an action in an execution, running or not.
    func attempt(_ action: ActionName, in number: Int = 1) throws -> ActionExecution {
        try #require(try execution(number).stages.flatMap(\.actions).last { $0.action == action })
    }

    /// The world in words, e.g. `1 InProgress in Build: unit lint, 2 InProgress before Build`.
    var picture: String {
        executions.map { execution in
            var text = "\(execution.number) \(execution.status.rawValue)"
            if let (stage, _) = state?.stages.first(where: { $0.value.occupant == execution.id }) {
                text += " in \(stage)"
            }
            if let (stage, _) = state?.stages.first(where: { $0.value.inbound.contains { $0.id == execution.id } }) {
                text += " before \(stage)"
            }
            let running = runningAttempts.filter { $0.executionID == execution.id }.map(\.action.rawValue)
            return running.isEmpty ? text : text + ": " + running.joined(separator: " ")
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
    }
}
