import PipelineEngine
import PipelineModel
import Testing

/// The same numbers for the same seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// A pipeline to which anything may happen, in any order.
struct RandomWalk {
    private(set) var probe = EngineProbe()
    private var generator: SeededGenerator
    /// Every attempt that there ever was: reports on them may come late.
    private(set) var seen: [ActionReference] = []
    private var executions: [ExecutionID] = []
    private(set) var refused = 0

    private static let drawings = [
        "Source: fetch>app | Build: unit<app>bin lint pack@2<bin | Gate: ok! | Deploy: ship<bin",
        "Source: fetch>app | Build(retry): unit<app>bin | Deploy(rollback): ship<bin check<none@2",
        "Source: fetch>app other | Deploy: ship<app | Build: lint unit>bin",
        "Source(retry ALL_ACTIONS): fetch>app | Build(entry FAIL alarm+window; success FAIL alarm): unit<app lint "
            + "| Deploy(entry SKIP check; success ROLLBACK alarm): ship",
        "Source: fetch>app | Build(entry FAIL bad; retry): unit | Deploy(failure ROLLBACK alarm): ship",
        "Source: fetch | Build: b1 b2 b3 b4 b5 b6 b7 b8 c@2 | Gate(failure ROLLBACK alarm): ok!",
    ]
    private let modes: [ExecutionMode]
    /// Every rule execution that there ever was.
    private(set) var seenRules: [RuleReference] = []

    init(seed: UInt64, modes: [ExecutionMode]) {
        generator = SeededGenerator(seed: seed)
        self.modes = modes
    }

    /// One random command, performed.
    ///
    /// - Returns: the state before, the command and what it led to; `nil` when it was refused.
    mutating func step() throws -> (before: PipelineState?, command: PipelineCommand, decision: Decision)? {
        let before = probe.state
        let command = nextCommand()
        probe.now += Double(Int.random(in: 0...400, using: &generator))
        do {
            let decision = try probe.perform(command)
            for event in decision.events {
                if case .executionStarted(let execution) = event { executions.append(execution.id) }
                if case .actionStarted(let attempt) = event { seen.append(ActionReference(attempt)) }
                if case .ruleStarted(let rule) = event { seenRules.append(RuleReference(rule)) }
            }
            return (before, command, decision)
        } catch is CommandRefusal {
            refused += 1
            return nil
        }
    }

    private mutating func nextCommand() -> PipelineCommand {
        guard probe.state != nil else {
            return .create(declaration(), trigger: ExecutionTrigger(type: .createPipeline))
        }
        switch Int.random(in: 0..<300, using: &generator) {
        case 0: return .delete
        case 1...4: return .update(declaration())
        case 5...30: return start()
        case 31...40: return .stop(execution(), mode: roll(2) ? .wait : .abandon, reason: nil)
        case 41...60: return .retry(stage(), execution(), roll(2) ? .failedActions : .allActions)
        case 61...80: return answer()
        case 81...100:
            return report(on: seen.randomElement(using: &generator) ?? running())
        case 201...215: return transition()
        case 216...222: return .rollBack(stage(), to: execution(), trigger: ExecutionTrigger(type: .manualRollback))
        case 223...232:
            return .overrideCondition(
                stage(), execution(), ConditionGate.allCases.randomElement(using: &generator) ?? .beforeEntry, by: "ann"
            )
        case 233...240: return sourceChange()
        case 241...243:
            return roll(2) ? .untag(["penstock:restart-on-update"]) : .tag(["penstock:restart-on-update": "true"])
        case 244: return .disablePolling
        case 245...290: return report(on: probe.runningRules.first.map { RuleReference($0) })
        case 291...299: return report(on: seenRules.randomElement(using: &generator))
        default: return report(on: running())
        }
    }

    private mutating func transition() -> PipelineCommand {
        .setTransition(
            TransitionChange(
                stage: stage(), type: roll(4) ? .outbound : .inbound, by: "ann",
                disabledReason: roll(3) ? "closed" : nil))
    }

    private mutating func sourceChange() -> PipelineCommand {
        .sourceChanged(
            SourceChange(
                action: "fetch", revision: "r\(Int.random(in: 0...9, using: &generator))",
                origin: roll(2) ? .put : .poll,
                trigger: ExecutionTrigger(type: .pollForSourceChanges), revisionType: roll(2) ? .commitID : nil))
    }

    private mutating func report(on rule: RuleReference?) -> PipelineCommand {
        guard let rule else { return report(on: running()) }
        switch Int.random(in: 0..<10, using: &generator) {
        case 0, 1: return .ruleFailed(rule, FailureDetails(roll(3) ? .systemUnavailable : .jobFailed, "red"))
        case 2: return .ruleTimedOut(rule)
        case 3: return .rulePending(rule, ActionContinuation(token: "t", pollAgainIn: 5))
        default: return .ruleSucceeded(rule, RuleResult())
        }
    }

    private mutating func roll(_ sides: Int) -> Bool { Int.random(in: 0..<sides, using: &generator) == 0 }

    private mutating func declaration() -> PipelineDeclaration {
        let drawing = Self.drawings.randomElement(using: &generator) ?? Self.drawings[0]
        return PipelineDeclaration("\((modes.randomElement(using: &generator) ?? .superseded).rawValue); \(drawing)")
    }

    private mutating func start() -> PipelineCommand {
        let token = roll(3) ? "t\(Int.random(in: 0...20, using: &generator))" : nil
        return .start(
            StartRequest(trigger: ExecutionTrigger(type: .startPipelineExecution), clientRequestToken: token))
    }

    private mutating func execution() -> ExecutionID { executions.suffix(4).randomElement(using: &generator) ?? "none" }

    private mutating func stage() -> StageName {
        probe.state?.declaration.stages.map(\.name).randomElement(using: &generator) ?? "none"
    }

    private mutating func running() -> ActionReference {
        probe.runningAttempts.filter { $0.approvalToken == nil }.map { ActionReference($0) }
            .randomElement(using: &generator)
            ?? ActionReference(execution: "none", stage: "none", action: "none", id: "none")
    }

    private mutating func answer() -> PipelineCommand {
        let attempt = probe.runningAttempts.first { $0.approvalToken != nil }
        return .answerApproval(
            ApprovalAnswer(
                stage: attempt?.stage ?? "Gate", action: attempt?.action ?? "ok",
                token: roll(8) ? "wrong" : attempt?.approvalToken ?? "none", status: roll(4) ? .rejected : .approved,
                summary: "", by: "ann"))
    }

    private mutating func report(on reference: ActionReference) -> PipelineCommand {
        switch Int.random(in: 0..<10, using: &generator) {
        case 0, 1: .actionFailed(reference, FailureDetails(.jobFailed, "broken"))
        case 2: .actionTimedOut(reference)
        case 3: .actionPending(reference, ActionContinuation(token: "t", pollAgainIn: 5))
        default: .actionSucceeded(reference, ActionResult(outputs: outputs(of: reference)))
        }
    }

    private func outputs(of reference: ActionReference) -> [StoredArtifact] {
        probe.state?.actionExecution(reference)?.outputArtifacts ?? []
    }

    /// Opens every transition and answers every attempt and every rule until nothing runs any more.
    mutating func answerAll() throws {
        for stage in probe.state?.declaration.stages ?? [] {
            try probe.perform(
                .setTransition(TransitionChange(stage: stage.name, type: .inbound, by: "ann", disabledReason: nil)))
        }
        while true {
            if let attempt = probe.runningAttempts.first {
                try probe.perform(
                    .actionSucceeded(ActionReference(attempt), ActionResult(outputs: attempt.outputArtifacts)))
            } else if let rule = probe.runningRules.first {
                try probe.perform(.ruleSucceeded(RuleReference(rule), RuleResult()))
            } else {
                return
            }
        }
    }
}
