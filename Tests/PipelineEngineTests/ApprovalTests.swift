import PipelineEngine
import PipelineModel
import Testing

@Suite struct ApprovalTests {
    static let line = "Source: a | Gate: ok! other@2 | Deploy: ship"
    static let ann = "arn:aws:iam::000000000000:user/ann"

    static let scenes = [
        Scene(line, "ok a", "1 InProgress in Gate: ok"),
        Scene(line, "ok a, approve ok", "1 InProgress in Gate: other"),
        Scene(line, "ok a, reject ok", "1 Failed"),
        Scene(line, "ok a, timeout ok", "1 Failed"),
        // It keeps the stage's lock while it waits.
        Scene(line, "ok a, start, ok a", "1 InProgress in Gate: ok, 2 InProgress before Gate"),
        Scene(line, "ok a, start, ok a, reject ok", "1 Failed, 2 InProgress in Gate: ok"),
        // A retry asks anew.
        Scene(line, "ok a, reject ok, retry Gate 1, approve ok", "1 InProgress in Gate: other"),
        Scene(line, "ok a, stop 1, approve ok", "1 Stopped"),
    ]

    @Test(arguments: scenes) func `an answer moves the execution`(scene: Scene) throws { try scene.check() }

    private static func answer(
        _ token: String, _ status: ApprovalAnswer.Status = .approved, _ summary: String = "", stage: StageName = "Gate",
        action: ActionName = "ok"
    ) -> PipelineCommand {
        .answerApproval(
            ApprovalAnswer(stage: stage, action: action, token: token, status: status, summary: summary, by: ann))
    }

    private static func waiting() throws -> (EngineProbe, token: String) {
        var probe = try EngineProbe(line)
        try probe.run("ok a")
        return (probe, try #require(probe.attempt("ok").approvalToken))
    }

    static let answers: [(status: ApprovalAnswer.Status, comment: String, shown: String)] = [
        (.approved, "fine", "fine"), (.approved, "", "Approved by \(ann)"), (.rejected, "no", "no"),
        (.rejected, "", "Rejected by \(ann)"),
    ]

    @Test(arguments: answers)
    func `the attempt shows who answered and what`(
        status: ApprovalAnswer.Status, comment: String, shown: String
    ) throws {
        var (probe, token) = try Self.waiting()
        let decision = try probe.perform(Self.answer(token, status, comment))
        #expect(decision.outcome == .approvalAnswered(at: 1002))
        let attempt = try probe.attempt("ok")
        #expect(attempt.status == (status == .approved ? .succeeded : .failed))
        #expect(attempt.summary == shown)
        #expect(attempt.updatedBy == Self.ann)
        #expect(attempt.approvalToken == nil)
        #expect(attempt.failure == (status == .approved ? nil : FailureDetails(.jobFailed, shown)))
        #expect(!probe.effects.contains { $0.subject.attempt?.action == "ok" }, "its timer is gone")
    }

    @Test func `an answer needs the token of the attempt that waits`() throws {
        var (probe, token) = try Self.waiting()
        #expect(throws: CommandRefusal.invalidApprovalToken) { try probe.perform(Self.answer("nope")) }
        try probe.perform(Self.answer(token, .rejected))
        try probe.run("retry Gate 1")
        #expect(throws: CommandRefusal.invalidApprovalToken, "a retry makes a new token") {
            try probe.perform(Self.answer(token))
        }
        #expect(try probe.attempt("ok").approvalToken != token)
    }

    @Test func `a second answer is told from a wrong one`() throws {
        var (probe, token) = try Self.waiting()
        try probe.perform(Self.answer(token))
        #expect(throws: CommandRefusal.approvalAlreadyCompleted) { try probe.perform(Self.answer(token, .rejected)) }
        #expect(throws: CommandRefusal.invalidApprovalToken) { try probe.perform(Self.answer("nope")) }
    }

    @Test(arguments: ["timeout ok", "abandon 1"]) func `an approval that ended unanswered has no valid token`(
        end: String
    ) throws {
        var (probe, token) = try Self.waiting()
        try probe.run(end)
        #expect(throws: CommandRefusal.invalidApprovalToken) { try probe.perform(Self.answer(token)) }
    }

    @Test func `unknown places are told apart`() throws {
        var (probe, token) = try Self.waiting()
        #expect(throws: CommandRefusal.stageNotFound) { try probe.perform(Self.answer(token, stage: "None")) }
        #expect(throws: CommandRefusal.actionNotFound) { try probe.perform(Self.answer(token, action: "none")) }
        #expect(throws: CommandRefusal.invalidApprovalToken, "no approval") {
            try probe.perform(Self.answer(token, action: "other"))
        }
        #expect(throws: CommandRefusal.invalidApprovalToken, "it hasn't been reached") {
            try probe.perform(Self.answer(token, stage: "Deploy", action: "ship"))
        }
    }

    @Test func `PARALLEL executions are told apart by the token`() throws {
        var probe = try EngineProbe("PARALLEL; \(Self.line)")
        try probe.run("ok a, start, ok a, start, ok a")
        let tokens = try (1...3).map { try #require(try probe.attempt("ok", in: $0).approvalToken) }
        for token in [tokens[1], tokens[2], tokens[0]] { try probe.perform(Self.answer(token)) }
        #expect(
            probe.picture == "1 InProgress at Gate: other, 2 InProgress at Gate: other, 3 InProgress at Gate: other")
        #expect(throws: CommandRefusal.approvalAlreadyCompleted) { try probe.perform(Self.answer(tokens[1])) }
        #expect(throws: CommandRefusal.invalidApprovalToken) { try probe.perform(Self.answer("nope")) }
    }
}
