import PipelineEngine
import PipelineModel
import Testing

@Suite struct ConditionTests {
    static let line = "Source: a>app#src | Build(entry FAIL alarm+window): unit<app | Deploy: ship"

    static let scenes = [
        Scene(line, "ok a, rule poll alarm", "1 InProgress in Build? alarm window"),
        Scene(line, "ok a, rule poll alarm, rule ok alarm, rule ok window", "1 InProgress in Build: unit"),
        Scene(line, "ok a, rule fault alarm", "1 Failed"),
        Scene(line, "ok a, rule timeout alarm", "1 Failed"),
        Scene(line, "ok a, stop 1", "1 Stopped"),
        Scene(line, "ok a, abandon 1", "1 Stopped"),
        // What can't be started has started and failed.
        Scene("Source: a | Build(entry FAIL bad): b", "ok a", "1 Failed"),
        Scene("Source: a | Build(entry FAIL alarm+bad): b", "ok a", "1 Failed"),
        Scene("Source: a | Build(entry SKIP bad): b | Deploy: c", "ok a", "1 InProgress in Deploy: c"),
        // A retry judges anew where it runs all of the stage again.
        Scene(line, "ok a, rule fail alarm, retryall Build 1", "1 InProgress in Build? alarm window"),
        Scene(
            line, "ok a, rule ok alarm, rule ok window, fail unit, retryall Build 1",
            "1 InProgress in Build? alarm window"),
        Scene(line, "ok a, rule ok alarm, rule ok window, fail unit, retry Build 1", "1 InProgress in Build: unit"),
        Scene(
            "Source: a | Build(failure ROLLBACK alarm): b", "ok a, fail b, retry Build 1", "1 InProgress in Build: b"),
        Scene(
            "Source: a | Build(failure ROLLBACK alarm): b", "ok a, fail b, rule ok alarm, retry Build 1, fail b",
            "1 InProgress in Build? alarm"),
        Scene(
            "PARALLEL; \(line)", "ok a, start, ok a",
            "1 InProgress at Build? alarm window, 2 InProgress at Build? alarm window"),
        Scene(
            "PARALLEL; \(line)", "ok a, start, ok a, rule fail alarm.2",
            "1 InProgress at Build? alarm window, 2 Failed"),
    ]

    @Test(arguments: scenes) func `rules move the execution`(scene: Scene) throws { try scene.check() }

    static let ends: [(steps: String, condition: ConditionStatus, rules: [RuleStatus])] = [
        ("", .inProgress, [.inProgress, .inProgress]),
        ("rule ok alarm", .inProgress, [.succeeded, .inProgress]),
        ("rule ok alarm, rule ok window", .succeeded, [.succeeded, .succeeded]),
        ("rule fail window", .failed, [.abandoned, .failed]),
        ("rule ok alarm, rule fail window", .failed, [.succeeded, .failed]),
        ("rule timeout alarm", .failed, [.failed, .abandoned]),
        ("rule fault alarm", .errored, [.failed, .abandoned]),
        ("stop 1", .abandoned, [.abandoned, .abandoned]),
        ("rule ok alarm, abandon 1", .abandoned, [.succeeded, .abandoned]),
        ("update", .cancelled, [.abandoned, .abandoned]),
        ("override Build 1", .overridden, [.abandoned, .abandoned]),
    ]

    @Test(arguments: ends)
    func `each rule keeps its outcome`(steps: String, condition: ConditionStatus, rules: [RuleStatus]) throws {
        var probe = try EngineProbe(Self.line)
        try probe.run("ok a")
        try probe.run(steps)
        #expect(try probe.condition(.beforeEntry).status == condition)
        #expect(try probe.condition(.beforeEntry).rules.map(\.status) == rules)
        let running = probe.runningRules.map { SubjectID($0.id) }
        let mine = probe.effects.filter { if case .rule = $0.subject { true } else { false } }
        #expect(Set(mine.filter { $0.kind != .cancelRule }.map(\.subject.id)) == Set(running))
        #expect(
            mine.count { $0.kind == .cancelRule } == rules.count { $0 == .abandoned }
                + (steps.contains("timeout") ? 1 : 0))
    }

    @Test func `a rule knows what it may look at and when it times out`() throws {
        var probe = try EngineProbe(Self.line) { declaration in
            let rule = RuleDeclaration(
                name: "script", ruleTypeId: RuleTypeID(provider: "Commands"),
                configuration: ["Value": .plain("#{src.CommitId}")], commands: ["echo #{src.CommitId}"],
                inputArtifacts: [ArtifactReference(name: "app")], roleArn: "arn:aws:iam::000000000000:role/rule",
                region: "eu-west-1", timeoutInMinutes: 5)
            declaration.stages[1].beforeEntry?.conditions[0].rules = [rule]
        }
        let output = try probe.attempt("a").outputArtifacts[0]
        try probe.perform(
            .actionSucceeded(
                try probe.reference("a"), ActionResult(outputs: [output], variables: ["CommitId": "abc"])))
        let rule = try probe.judging("script")
        #expect(rule.resolvedConfiguration == ["Value": .plain("abc")])
        #expect(rule.configuration == ["Value": .plain("#{src.CommitId}")])
        #expect(rule.commands == ["echo abc"])
        #expect(rule.inputArtifacts.map(\.name) == ["app"])
        #expect(rule.region == "eu-west-1")
        #expect(rule.roleArn == "arn:aws:iam::000000000000:role/rule")
        #expect(rule.deadline == 1301)
        #expect(
            probe.effects == [
                Effect(
                    kind: .runRule(RuleWork(rule: rule)), pipeline: "world", subject: .rule(RuleReference(rule)),
                    dueAt: 1001),
                Effect(
                    kind: .timer(.ruleTimedOut(RuleReference(rule))), pipeline: "world",
                    subject: .rule(RuleReference(rule)), dueAt: 1301),
            ])
    }

    @Test func `a rule's default time-out is its type's, else an hour`() throws {
        for (settings, deadline) in [
            (EngineSettings(), 4601.0),
            (EngineSettings(ruleTimeouts: [RuleTypeID(provider: "VariableCheck"): 60]), 1061),
        ] {
            var probe = try EngineProbe(Self.line)
            probe.settings = settings
            try probe.run("ok a")
            #expect(try probe.judging("alarm").deadline == deadline)
        }
    }

    @Test func `a rule that lacks its artifact or its variables fails and says so`() throws {
        var probe = try EngineProbe("Source: a | Build(entry FAIL one): b") { declaration in
            declaration.stages[1].beforeEntry?.conditions[0].rules[0].inputArtifacts = [ArtifactReference(name: "none")]
        }
        try probe.run("ok a")
        #expect(
            try probe.condition(.beforeEntry).rules[0].failure?.message
                == "The rule 'one' needs the input artifact 'none', which no earlier action of this execution has "
                + "produced. Check the action that declares it as output.")
        var other = try EngineProbe("Source: a | Build(entry FAIL bad): b")
        try other.run("ok a")
        let message = try #require(try other.condition(.beforeEntry).rules[0].failure?.message)
        #expect(message.contains("Rule name=bad. Unresolved: #{none.value}."))
        #expect(other.effects.isEmpty)
        var commands = try EngineProbe("Source: a | Build(entry FAIL one): b") { declaration in
            declaration.stages[1].beforeEntry?.conditions[0].rules[0].commands = ["echo #{none.value}"]
        }
        try commands.run("ok a")
        #expect(try commands.condition(.beforeEntry).status == .failed)
    }

    @Test func `a rule that waits is asked again, once`() throws {
        var probe = try EngineProbe(Self.line)
        try probe.run("ok a, rule poll alarm, rule poll alarm")
        let rule = try probe.judging("alarm")
        let mine = probe.effects.filter { $0.subject.id == SubjectID(rule.id) }
        #expect(
            mine.map(\.kind) == [
                .runRule(RuleWork(rule: rule, continuationToken: "t")), .timer(.ruleTimedOut(RuleReference(rule))),
            ])
        #expect(mine.map(\.dueAt) == [1063, 4601])
    }

    @Test func `a rule shows what it found outside`() throws {
        var probe = try EngineProbe(Self.line)
        try probe.run("ok a")
        let reference = RuleReference(try probe.judging("alarm"))
        try probe.perform(
            .rulePending(
                reference,
                ActionContinuation(
                    token: "t", pollAgainIn: 5, summary: "half", externalExecutionID: "x", externalExecutionURL: "u")))
        #expect(try probe.judging("alarm").summary == "half")
        try probe.perform(.ruleSucceeded(reference, RuleResult(externalExecutionURL: "v")))
        let rule = try #require(try probe.condition(.beforeEntry).rules.first)
        #expect(rule.summary == "half")
        #expect(rule.externalExecutionID == "x")
        #expect(rule.externalExecutionURL == "v")
        try probe.run("rule timeout window")
        #expect(
            try probe.condition(.beforeEntry).rules[1].failure
                == FailureDetails(
                    .actionTimedOut, "The rule 'window' timed out: it had not passed after 3600 seconds."))
    }

    /// What ended the rule before the report came.
    static let lateness = [
        "rule ok alarm", "rule fail alarm", "stop 1", "update", "override Build 1", "delete",
        "rule fail alarm, retryall Build 1",
    ]

    @Test(arguments: lateness) func `a late report changes nothing`(end: String) throws {
        var probe = try EngineProbe(Self.line)
        try probe.run("ok a")
        let reference = RuleReference(try probe.judging("alarm"))
        try probe.run(end)
        let state = probe.state
        let late: [PipelineCommand] = [
            .ruleSucceeded(reference, RuleResult()), .ruleFailed(reference, FailureDetails(.jobFailed, "late")),
            .rulePending(reference, ActionContinuation(token: "t", pollAgainIn: 1)), .ruleTimedOut(reference),
        ]
        for command in late {
            let decision = try probe.perform(command)
            let reason = "the execution \(reference.id) of rule 'alarm' isn't running any more"
            #expect(decision == Decision(state: state, events: [], effects: [], outcome: .ignored(reason: reason)))
        }
    }
}
