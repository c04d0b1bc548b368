import PipelineEngine
import PipelineModel
import Testing

/// What goes beyond CodePipeline: several approvers, named ones, not the author, bound to artifacts.
@Suite struct ApprovalTermsTests {
    static let line = "Source: a>app | Gate: ok! | Deploy: ship<app"

    private static func waiting(_ configuration: [String: String], authors: [String] = []) throws -> EngineProbe {
        var probe = try EngineProbe(line) {
            $0.change("ok") { $0.configuration = configuration.mapValues { .plain($0) } }
        }
        try probe.run("abandon 1")
        try probe.perform(
            .start(
                StartRequest(
                    trigger: ExecutionTrigger(type: .startPipelineExecution), input: StartInput(authors: authors))))
        let output = try probe.attempt("a", in: 2).outputArtifacts[0]
        let stored = StoredArtifact(
            name: output.name, bucket: output.bucket, key: output.key, sha256: "ab", size: 1)
        try probe.perform(
            .actionSucceeded(
                try probe.reference("a"),
                ActionResult(outputs: [stored], variables: ["AuthorId": "cat", "AuthorEmail": "Cat@Example.com"])))
        return probe
    }

    private static func user(_ name: String) -> String { "arn:aws:iam::000000000000:user/\(name)" }

    @discardableResult
    private static func answer(
        _ probe: inout EngineProbe, by arn: String, _ status: ApprovalAnswer.Status = .approved
    ) throws -> Decision {
        let attempt = try probe.running("ok")
        return try probe.perform(
            .answerApproval(
                ApprovalAnswer(
                    stage: "Gate", action: "ok", token: try #require(attempt.approvalToken), status: status,
                    summary: "", by: arn)))
    }

    private static func refusal(_ probe: inout EngineProbe, by arn: String) throws -> String? {
        do {
            try answer(&probe, by: arn)
            return nil
        } catch CommandRefusal.approverRefused(let reason) { return reason }
    }

    // MARK: Several approvers

    @Test func `each of several approvers counts once`() throws {
        var probe = try Self.waiting(["RequiredApprovals": "3"])
        let first = try Self.answer(&probe, by: Self.user("ann"))
        #expect(first.events.map(\.kind) == ["approvalCounted"])
        #expect(first.outcome == .approvalAnswered(at: probe.now - 1))
        #expect(
            try Self.refusal(&probe, by: Self.user("ann"))
                == "\(Self.user("ann")) has approved already; action 'ok' needs 3 different approvers and has 1.")
        try Self.answer(&probe, by: Self.user("bob"))
        #expect(try probe.attempt("ok", in: 2).approvals == [Self.user("ann"), Self.user("bob")])
        #expect(probe.picture == "1 Stopped, 2 InProgress in Gate: ok")
        let last = try Self.answer(&probe, by: Self.user("cat"))
        #expect(last.events.first?.kind == "approvalAnswered")
        #expect(probe.picture == "1 Stopped, 2 InProgress in Deploy: ship")
        let attempt = try probe.attempt("ok", in: 2)
        #expect(attempt.approvals == ["ann", "bob", "cat"].map(Self.user))
        #expect(attempt.updatedBy == Self.user("cat"))
    }

    @Test func `one rejection rejects`() throws {
        var probe = try Self.waiting(["RequiredApprovals": "3"])
        try Self.answer(&probe, by: Self.user("ann"))
        try Self.answer(&probe, by: Self.user("ann"), .rejected)
        #expect(probe.picture == "1 Stopped, 2 Failed")
        #expect(try probe.attempt("ok", in: 2).approvals == [Self.user("ann")])
    }

    @Test func `a retry counts anew`() throws {
        var probe = try Self.waiting(["RequiredApprovals": "2"])
        try Self.answer(&probe, by: Self.user("ann"))
        try probe.run("timeout ok, retry Gate 2")
        try Self.answer(&probe, by: Self.user("ann"))
        #expect(probe.picture == "1 Stopped, 2 InProgress in Gate: ok")
        try Self.answer(&probe, by: Self.user("bob"))
        #expect(probe.picture == "1 Stopped, 2 InProgress in Deploy: ship")
    }

    // MARK: Who may answer

    static let approvers: [(list: String, by: String, isTaken: Bool)] = [
        (user("ann"), user("ann"), true),
        (user("ann"), user("bob"), false),
        ("bob, ann", user("ann"), true),
        ("ann", user("team/ann"), true),
        ("ann", "ann", true),
        ("Ann", user("ann"), false),
        // The name of a session is chosen by whoever assumes the role.
        ("ann", "arn:aws:sts::000000000000:assumed-role/Anybody/ann", false),
        ("arn:aws:iam::000000000000:role/ops/Approvers", "arn:aws:sts::000000000000:assumed-role/Approvers/x", true),
        ("arn:aws:iam::111111111111:role/Approvers", "arn:aws:sts::000000000000:assumed-role/Approvers/x", false),
        (
            "arn:aws:sts::000000000000:assumed-role/Approvers/x", "arn:aws:sts::000000000000:assumed-role/Approvers/x",
            true
        ),
        (user("Approvers"), "arn:aws:sts::000000000000:assumed-role/Approvers/x", false),
        ("ann", "arn:aws:iam::000000000000:role/ann", false),
    ]

    @Test(arguments: approvers) func `only those on the list may answer`(list: String, by: String, isTaken: Bool) throws
    {
        var probe = try Self.waiting(["Approvers": list])
        let reason = try Self.refusal(&probe, by: by)
        #expect(reason == (isTaken ? nil : "\(by) is not among the Approvers of action 'ok'."))
    }

    @Test func `who isn't on the list may not reject either`() throws {
        var probe = try Self.waiting(["Approvers": "ann"])
        #expect(throws: CommandRefusal.self) { try Self.answer(&probe, by: Self.user("bob"), .rejected) }
        #expect(probe.picture == "1 Stopped, 2 InProgress in Gate: ok")
    }

    static let authors: [(authors: [String], by: String, author: String?)] = [
        ([], user("ann"), nil),
        (["ann"], user("ann"), "ann"),
        (["ANN"], user("team/Ann"), "ANN"),
        ([user("ann")], user("ann"), user("ann")),
        ([user("ann")], "arn:aws:sts::000000000000:assumed-role/Dev/ann", user("ann")),
        (["ann@example.com"], "arn:aws:sts::000000000000:assumed-role/Dev/Ann@Example.com", "ann@example.com"),
        (["anna"], user("ann"), nil),
        ([""], user("ann"), nil),
        // What the sources put out.
        ([], user("cat"), "cat"),
        ([], "arn:aws:sts::000000000000:assumed-role/Dev/cat@example.com", "Cat@Example.com"),
    ]

    @Test(arguments: authors) func `who made the change may not approve it`(
        authors: [String], by: String, author: String?
    ) throws {
        var probe = try Self.waiting(["ForbidAuthor": "true"], authors: authors)
        #expect(
            try Self.refusal(&probe, by: by)
                == author.map { "\(by) made the change ('\($0)'), and action 'ok' wants somebody else's approval." })
        guard author != nil else { return }
        try Self.answer(&probe, by: by, .rejected)
        #expect(probe.picture == "1 Stopped, 2 Failed", "rejecting is allowed")
    }

    @Test func `without the key the author may approve`() throws {
        var probe = try Self.waiting(["ForbidAuthor": "false"], authors: ["ann"])
        #expect(try Self.refusal(&probe, by: Self.user("ann")) == nil)
    }

    // MARK: Bound to artifacts

    @Test func `an approval is bound to the digests that it was shown`() throws {
        var probe = try Self.waiting(["BindToArtifacts": "true"])
        #expect(try probe.attempt("ok", in: 2).approvedDigests == ["app": "ab"])
        try Self.answer(&probe, by: Self.user("ann"))
        #expect(probe.picture == "1 Stopped, 2 InProgress in Deploy: ship")
    }

    @Test func `what runs later takes no other content under that name`() throws {
        var probe = try EngineProbe("Source: a>app | Gate: ok! change>app@2 ship<app@3") {
            $0.change("ok") { $0.configuration = ["BindToArtifacts": .plain("true")] }
        }
        try probe.run("ok a, approve ok")
        let output = try probe.attempt("change").outputArtifacts[0]
        let other = StoredArtifact(name: "app", bucket: output.bucket, key: output.key, sha256: "cd", size: 1)
        try probe.perform(.actionSucceeded(try probe.reference("change"), ActionResult(outputs: [other])))
        #expect(probe.picture == "1 Failed")
        #expect(
            try probe.attempt("ship").failure
                == FailureDetails(
                    .configurationError,
                    "The input artifact 'app' of action 'ship' is not what 'ok' in stage 'Gate' approved: the approval "
                        + "is bound to SHA-256 ab, the artifact has cd. Start a new execution and have it approved."))
    }

    @Test func `without the key nothing is bound`() throws {
        let probe = try Self.waiting(["BindToArtifacts": "False"])
        #expect(try probe.attempt("ok", in: 2).approvedDigests.isEmpty)
    }

    // MARK: Bad values

    static let bad: [(configuration: [String: String], message: String)] = [
        (["RequiredApprovals": "zero"], "RequiredApprovals has the value 'zero': give a whole number of at least 1."),
        (["RequiredApprovals": "0"], "RequiredApprovals has the value '0': give a whole number of at least 1."),
        (["RequiredApprovals": "1.5"], "RequiredApprovals has the value '1.5': give a whole number of at least 1."),
        (
            ["RequiredApprovals": "3", "Approvers": "ann,bob,ann"],
            "RequiredApprovals has the value '3': there are only 2 Approvers."
        ),
        (
            ["Approvers": " , "],
            "Approvers has the value ' , ': name at least one ARN or user name, separated by commas."
        ),
        (["ForbidAuthor": "yes"], "ForbidAuthor has the value 'yes': give true or false."),
        (["BindToArtifacts": "1"], "BindToArtifacts has the value '1': give true or false."),
    ]

    @Test(arguments: bad) func `a value that can't be read fails the action`(
        configuration: [String: String], message: String
    ) throws {
        let probe = try Self.waiting(configuration)
        #expect(probe.picture == "1 Stopped, 2 Failed")
        let attempt = try probe.attempt("ok", in: 2)
        #expect(attempt.failure == FailureDetails(.configurationError, "The approval's configuration \(message)"))
        #expect(attempt.approvalToken == nil)
        #expect(probe.effects.allSatisfy { $0.subject.attempt?.action != "ok" })
    }

    @Test func `variables are resolved before the terms are read`() throws {
        var probe = try EngineProbe(Self.line) {
            $0.variables = [PipelineVariableDeclaration(name: "needed", defaultValue: "2")]
            $0.change("ok") { $0.configuration = ["RequiredApprovals": .plain("#{variables.needed}")] }
        }
        try probe.run("ok a, approve ok")
        #expect(probe.picture == "1 InProgress in Gate: ok")
    }
}
