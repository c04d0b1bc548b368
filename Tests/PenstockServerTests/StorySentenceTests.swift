import Foundation
import PipelineEngine
import PipelineModel
import Testing

@testable import PenstockServer

/// Every kind of fact, alone, and what is said about it.
@Suite struct StorySentenceTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let event: PipelineEvent
        let text: String?
        var testDescription: String { event.kind }
    }

    static let pipeline = StoryWorld.pipeline(StoryWorld.stage("Build", "Compile"))

    static let execution: PipelineExecution = {
        var execution = PipelineExecution(
            id: "e-7", pipeline: "shop", pipelineVersion: 3, number: 7, mode: .superseded,
            trigger: ExecutionTrigger(type: .startPipelineExecution, detail: StoryWorld.caller), startTime: 1000)
        execution.variables = ["TOKEN": "hunter22"]
        execution.sourceRevisionOverrides = [
            SourceRevisionOverride(actionName: "Source", revisionType: .commitID, revisionValue: "c0ffee")
        ]
        execution.authors = ["ines@acme.example"]
        return execution
    }()

    static func action(_ type: ActionTypeID = ActionTypeID(category: .build, owner: .aws, provider: "CodeBuild"))
        -> ActionExecution
    {
        var action = ActionExecution(
            id: "a-1", executionID: "e-7", pipelineVersion: 3, stage: "Build", action: "Compile", type: type,
            startTime: 1000, configuration: ["OAuthToken": .plain("hunter22")],
            resolvedConfiguration: ["OAuthToken": .plain("hunter22")])
        action.deadline = 1600
        return action
    }

    static let reference = ActionReference(action())

    static let rule = RuleExecution(
        id: "r-1", executionID: "e-7", pipelineVersion: 3, stage: "Build", gate: .onSuccess, rule: "Alarm",
        type: RuleTypeID(provider: "CloudWatchAlarm"), startTime: 1000)

    static func answer(_ status: ApprovalAnswer.Status) -> ApprovalAnswer {
        ApprovalAnswer(
            stage: "Build", action: "Compile", token: "hunter22", status: status, summary: "looks good",
            by: StoryWorld.caller)
    }

    static let rows: [Row] = [
        Row(event: .pipelineCreated(pipeline), text: "the pipeline 'shop' was created"),
        Row(event: .pipelineUpdated(pipeline), text: "the pipeline's definition was updated: version 1"),
        Row(event: .pipelineDeleted, text: "the pipeline was deleted: nobody wants the outcome of what ran"),
        Row(event: .pipelineTagged(["team": "web"]), text: "the pipeline was tagged: team"),
        Row(event: .pipelineUntagged(["team"]), text: "tags were removed from the pipeline: team"),
        Row(
            event: .pollingDisabled,
            text: "polling of the pipeline's sources was switched off: it had not run for 30 days"),
        Row(
            event: .transitionChanged(
                "Prod", TransitionState(isEnabled: false, changedBy: StoryWorld.caller, changedAt: 1, reason: "freeze")),
            text: "user/ines disabled the transition into stage Prod: freeze"),
        Row(
            event: .transitionChanged(
                "Prod", TransitionState(isEnabled: true, changedBy: StoryWorld.caller, changedAt: 1)),
            text: "user/ines enabled the transition into stage Prod"),
        Row(
            event: .executionStarted(execution),
            text: "execution 7 of shop starts (version 3, SUPERSEDED): user/ines asked for it "
                + "(StartPipelineExecution); with Source at c0ffee; variables TOKEN; by ines@acme.example"),
        Row(
            event: .startRemembered(
                RecentStart(token: "hunter22", request: StartInput(), execution: "e-7", at: 1000)),
            text: "the start carried a client token: the same request within a day gives this execution again"),
        Row(
            event: .executionWaits("e-7", before: "Prod"),
            text: "waits in front of stage Prod: an execution holds it, or its transition is disabled"),
        Row(
            event: .executionQueued("e-7", before: "Prod", .stageHeld(by: "e-6")),
            text: "waits in front of stage Prod: execution 6 (e-6) holds it"),
        Row(
            event: .executionQueued("e-7", before: "Prod", .stageHeld(by: "")),
            text: "waits in front of stage Prod: others wait there"),
        Row(
            event: .executionQueued("e-7", before: "Prod", .behind("e-6")),
            text: "waits in front of stage Prod: execution 6 (e-6) came first"),
        Row(
            event: .executionQueued(
                "e-7", before: "Prod", .transitionDisabled(by: StoryWorld.caller, reason: "freeze")),
            text: "waits in front of stage Prod: user/ines disabled the transition: freeze"),
        Row(
            event: .executionRecalled(execution),
            text: "taken up again: it had ended and lay in the history only"),
        Row(
            event: .executionSuperseded("e-7", by: "e-8"),
            text: "SUPERSEDED: execution e-8 is newer and took the slot"),
        Row(event: .executionResumed("e-7"), text: "runs again: it is InProgress"),
        Row(
            event: .executionStopping("e-7", mode: .wait, reason: "a mistake"),
            text: "a stop was asked for: a mistake; running actions go on to their end (stop and wait)"),
        Row(
            event: .executionStopping("e-7", mode: .abandon, reason: nil),
            text: "a stop was asked for; running actions are given up (stop and abandon)"),
        Row(
            event: .executionCancelling("e-7"),
            text: "CANCELLED: the pipeline's definition was updated; what runs may end, nothing further starts"),
        Row(
            event: .executionEnded("e-7", .failed, summary: "no value"),
            text: "ends as Failed after 1m30s: no value"),
        Row(event: .stageEntered("e-7", "Build"), text: "enters stage Build"),
        Row(
            event: .stageRetried("e-7", "Build", .allActions),
            text: "retry by hand: stage Build runs all of its actions (ALL_ACTIONS) again"),
        Row(
            event: .stageRetriedAutomatically("e-7", "Build", .failedActions),
            text: "onFailure RETRY: stage Build is tried again with its failed actions (FAILED_ACTIONS); once, not more"
        ),
        Row(
            event: .stageEnded("e-7", "Build", .succeeded),
            text: "stage Build ends: Succeeded; it is free for whoever is next"),
        Row(
            event: .actionStarted(action()),
            text: "action Build/Compile (CodeBuild) starts; it may take 8m30s"),
        Row(
            event: .actionStarted(action(.manualApproval)),
            text: "action Build/Compile waits for a manual approval; it expires in 8m30s (1970-01-01T00:26:40Z)"),
        Row(
            event: .actionProgressed(
                reference, ActionContinuation(token: "hunter22", pollAgainIn: 5, summary: "step 2", percentComplete: 40)
            ),
            text: "action Build/Compile goes on, 40 %: step 2"),
        Row(
            event: .actionProgressed(reference, ActionContinuation(token: "hunter22", pollAgainIn: 5)),
            text: "action Build/Compile goes on outside; it is asked again until it has ended"),
        Row(
            event: .actionSucceeded(
                reference,
                ActionResult(
                    outputs: [StoredArtifact(name: "App", bucket: "b", key: "k")], variables: ["V": "hunter22"],
                    revision: SourceRevision(actionName: "Compile", revisionID: "c0ffee"), summary: "built")),
            text: "action Build/Compile succeeded: built; revision c0ffee; made App; variables V"),
        Row(
            event: .actionFailed(
                reference, FailureDetails(.jobFailed, "exit code 1", externalExecutionURL: "https://ci.example/1")),
            text: "action Build/Compile failed: JobFailed: exit code 1 (https://ci.example/1) → its log: "
                + "penstock tail shop e-7 --action Compile"),
        Row(
            event: .actionFailed(reference, FailureDetails(.systemUnavailable, "no disk")),
            text: "action Build/Compile failed: SystemUnavailable: no disk → not the action's fault: retry the stage"),
        Row(
            event: .actionAbandoned(reference),
            text: "action Build/Compile was given up: the execution was stopped"),
        Row(
            event: .approvalAnswered(reference, answer(.rejected)),
            text: "Rejected by user/ines at Build/Compile: \"looks good\""),
        Row(
            event: .approvalCounted(reference, answer(.approved)),
            text: "user/ines approves Build/Compile, one of several that are needed: \"looks good\""),
        Row(
            event: .conditionStarted("e-7", "Build", .onSuccess, .rollback),
            text: "condition ON_SUCCESS of stage Build is judged; when it is not met: ROLLBACK"),
        Row(
            event: .ruleStarted(rule), text: "rule Alarm (CloudWatchAlarm) of ON_SUCCESS starts"),
        Row(
            event: .ruleProgressed(
                RuleReference(rule), ActionContinuation(token: "hunter22", pollAgainIn: 5, summary: "OK for 2 minutes")),
            text: "rule Alarm goes on: OK for 2 minutes"),
        Row(
            event: .ruleSucceeded(RuleReference(rule), RuleResult(summary: "no alarm")),
            text: "rule Alarm passed: no alarm"),
        Row(
            event: .ruleFailed(RuleReference(rule), FailureDetails(.jobFailed, "the alarm rings")),
            text: "rule Alarm failed: JobFailed: the alarm rings"),
        Row(
            event: .ruleAbandoned(RuleReference(rule)),
            text: "rule Alarm was given up: its verdict is no longer wanted"),
        Row(
            event: .conditionEnded("e-7", "Build", .onSuccess, .failed, summary: "Rule 'Alarm': it rings"),
            text: "condition ON_SUCCESS of stage Build failed: Rule 'Alarm': it rings"),
        Row(
            event: .conditionEnded("e-7", "Build", .onSuccess, .succeeded, summary: nil),
            text: "condition ON_SUCCESS of stage Build is met"),
        Row(
            event: .conditionOverridden("e-7", "Build", .beforeEntry, by: StoryWorld.caller),
            text: "override: user/ines has stage Build go on although its BEFORE_ENTRY condition was not met "
                + "(OverrideStageCondition)"),
    ]

    @Test(arguments: rows)
    func `a fact has its sentence`(row: Row) throws {
        let other = PipelineExecution(
            id: "e-6", pipeline: "shop", pipelineVersion: 3, number: 6, mode: .superseded,
            trigger: ExecutionTrigger(type: .createPipeline), startTime: 900)
        let lines = ExecutionStory.lines(
            ExecutionStory.Facts(
                execution: Self.ended, events: [RecordedEvent(sequence: 1, at: 1090, event: row.event)],
                others: [other], state: PipelineState(declaration: Self.pipeline, created: 0), now: 1100))
        #expect(lines.map(\.text) == [row.text].compactMap { $0 })
        #expect(lines.first?.kind == row.event.kind && lines.first?.after == 90)
        #expect(!lines.contains { $0.text.contains("hunter22") }, "a secret is told")
    }

    private static let ended: PipelineExecution = {
        var execution = StorySentenceTests.execution
        execution.status = .failed
        return execution
    }()

    @Test func `the table has a row for each kind`() {
        #expect(Set(Self.rows.map(\.event.kind)).count == 36)
    }

    @Test(arguments: [
        (0.0, "0.0s"), (-3, "0.0s"), (9.94, "9.9s"), (10, "10s"), (59.9, "59s"), (60, "1m00s"), (3599, "59m59s"),
        (3600, "1h00m"), (86_399, "23h59m"), (86_400, "1d0h"), (604_800, "7d0h"),
    ])
    func `durations are read at a glance`(seconds: Double, text: String) {
        #expect(Spoken.duration(seconds) == text)
    }

    @Test(arguments: [
        ("arn:aws:iam::000000000000:user/ines", "user/ines"),
        ("arn:aws:sts::1:assumed-role/deployer/ines", "assumed-role/deployer/ines"),
        ("ines@acme.example", "ines@acme.example"), ("", "somebody"), ("arn:aws:iam::1:", "arn:aws:iam::1:"),
    ])
    func `people are called by their resource`(arn: String, name: String) {
        #expect(Spoken.person(arn) == name)
    }

    /// Type, detail, words.
    @Test(arguments: [
        (ExecutionTrigger.Kind.createPipeline, "user/ines created the pipeline"),
        (.startPipelineExecution, "user/ines asked for it (StartPipelineExecution)"),
        (.pollForSourceChanges, "a look at the source found a new revision"),
        (.webhook, "a push to the source's branch was delivered (user/ines)"),
        (.webhookV2, "an event matched one of the pipeline's triggers"),
        (.cloudWatchEvent, "a schedule or an event rule asked for it"),
        (.putActionRevision, "user/ines reported a new revision (PutActionRevision)"),
        (.manualRollback, "user/ines asked for a rollback to an earlier execution"),
        (.automatedRollback, "onFailure or a condition has result ROLLBACK, back to an earlier execution"),
    ])
    func `each trigger has its reason`(kind: ExecutionTrigger.Kind, words: String) throws {
        var execution = Self.ended
        execution.trigger = ExecutionTrigger(type: kind, detail: StoryWorld.caller)
        let lines = ExecutionStory.lines(
            ExecutionStory.Facts(
                execution: execution,
                events: [RecordedEvent(sequence: 1, at: 1000, event: .executionStarted(execution))],
                state: PipelineState(declaration: Self.pipeline, created: 0), now: 1100))
        #expect(lines.first?.text.contains(words) == true, "\(lines.map(\.text))")
    }
}
