import Foundation
import PipelineEngine
import PipelineModel
import Testing

/// The words that rows are made of: stored for ever, so each must come back as it was written.
@Suite struct ContractTests {
    private static let reference = ActionReference(execution: "e", stage: "s", action: "a", id: "i")
    private static let execution = PipelineExecution(
        id: "e", pipeline: "p", pipelineVersion: 1, number: 1, mode: .superseded,
        trigger: ExecutionTrigger(type: .webhook), startTime: 1)
    private static let attempt = ActionExecution(
        id: "i", executionID: "e", pipelineVersion: 1, stage: "s", action: "a", type: .manualApproval, startTime: 1)
    private static let approval = ApprovalAnswer(
        stage: "s", action: "a", token: "t", status: .approved, summary: "", by: "ann")

    private static let rule = RuleExecution(
        id: "r", executionID: "e", pipelineVersion: 1, stage: "s", gate: .onSuccess, rule: "n",
        type: RuleTypeID(provider: "VariableCheck"), startTime: 1)
    private static let transition = TransitionState(
        isEnabled: false, changedBy: "ann", changedAt: 1, reason: "x", disabledAt: 1)

    static let ruleEvents: [(event: PipelineEvent, kind: String)] = [
        (.ruleStarted(rule), "ruleStarted"),
        (
            .ruleProgressed(RuleReference(rule), ActionContinuation(token: "t", pollAgainIn: 1)),
            "ruleProgressed"
        ),
        (.ruleSucceeded(RuleReference(rule), RuleResult(summary: "ok")), "ruleSucceeded"),
        (.ruleFailed(RuleReference(rule), FailureDetails(.jobFailed, "no")), "ruleFailed"),
        (.ruleAbandoned(RuleReference(rule)), "ruleAbandoned"),
    ]

    @Test(arguments: ruleEvents) func `a rule's event knows its rule`(event: PipelineEvent, kind: String) throws {
        #expect(event.kind == kind)
        #expect(event.execution == "e")
        #expect(event.actionReference == nil)
        #expect(event.ruleReference == RuleReference(Self.rule))
        #expect(try JSONDecoder().decode(PipelineEvent.self, from: JSONEncoder().encode(event)) == event)
        var empty: PipelineState? = PipelineState(declaration: PipelineDeclaration("S: a"), created: 1)
        PipelineState.apply(event, at: 2, to: &empty)
        #expect(empty?.executions.isEmpty == true)
    }

    static let events: [(event: PipelineEvent, kind: String, execution: ExecutionID?, isAboutAction: Bool)] = [
        (.pipelineCreated(PipelineDeclaration("S: a")), "pipelineCreated", nil, false),
        (.pipelineUpdated(PipelineDeclaration("S: a")), "pipelineUpdated", nil, false),
        (.pipelineDeleted, "pipelineDeleted", nil, false),
        (.executionStarted(execution), "executionStarted", "e", false),
        (
            .startRemembered(RecentStart(token: "t", request: StartInput(), execution: "e", at: 1)),
            "startRemembered", "e", false
        ),
        (.executionWaits("e", before: "s"), "executionWaits", "e", false),
        (.executionQueued("e", before: "s", .behind("f")), "executionQueued", "e", false),
        (.executionQueued("e", before: "s", .stageHeld(by: "f")), "executionQueued", "e", false),
        (
            .executionQueued("e", before: "s", .transitionDisabled(by: "ann", reason: "x")), "executionQueued", "e",
            false
        ),
        (.executionRecalled(execution), "executionRecalled", "e", false),
        (.pipelineTagged(["a": "b"]), "pipelineTagged", nil, false),
        (.pipelineUntagged(["a"]), "pipelineUntagged", nil, false),
        (.pollingDisabled, "pollingDisabled", nil, false),
        (.transitionChanged("s", transition), "transitionChanged", nil, false),
        (.stageRetriedAutomatically("e", "s", .failedActions), "stageRetriedAutomatically", "e", false),
        (.conditionStarted("e", "s", .onSuccess, .fail), "conditionStarted", "e", false),
        (.conditionEnded("e", "s", .onSuccess, .failed, summary: "x"), "conditionEnded", "e", false),
        (.conditionOverridden("e", "s", .onSuccess, by: "ann"), "conditionOverridden", "e", false),
        (.approvalCounted(reference, approval), "approvalCounted", "e", true),
        (.executionSuperseded("e", by: "f"), "executionSuperseded", "e", false),
        (.executionResumed("e"), "executionResumed", "e", false),
        (.executionStopping("e", mode: .wait, reason: nil), "executionStopping", "e", false),
        (.executionCancelling("e"), "executionCancelling", "e", false),
        (.executionEnded("e", .failed, summary: "why"), "executionEnded", "e", false),
        (.stageEntered("e", "s"), "stageEntered", "e", false),
        (.stageRetried("e", "s", .allActions), "stageRetried", "e", false),
        (.stageEnded("e", "s", .stopped), "stageEnded", "e", false),
        (.actionStarted(attempt), "actionStarted", "e", true),
        (.actionProgressed(reference, ActionContinuation(token: "t", pollAgainIn: 1)), "actionProgressed", "e", true),
        (.actionSucceeded(reference, ActionResult()), "actionSucceeded", "e", true),
        (.actionFailed(reference, FailureDetails(.jobFailed, "no")), "actionFailed", "e", true),
        (.actionAbandoned(reference), "actionAbandoned", "e", true),
        (.approvalAnswered(reference, approval), "approvalAnswered", "e", true),
    ]

    @Test(arguments: events) func `an event knows what it is about and survives storage`(
        event: PipelineEvent, kind: String, execution: ExecutionID?, isAboutAction: Bool
    ) throws {
        #expect(event.kind == kind)
        #expect(event.execution == execution)
        #expect(event.actionReference == (isAboutAction ? Self.reference : nil))
        #expect(try JSONDecoder().decode(PipelineEvent.self, from: JSONEncoder().encode(event)) == event)
        // A fact about what isn't there changes nothing, and folding never fails.
        var nothing: PipelineState?
        PipelineState.apply(event, at: 1, to: &nothing)
        #expect((nothing == nil) == (kind != "pipelineCreated"))
        guard execution != nil, kind != "executionStarted", kind != "startRemembered",
            kind != "executionRecalled"
        else { return }
        var empty: PipelineState? = PipelineState(declaration: PipelineDeclaration("S: a"), created: 1)
        PipelineState.apply(event, at: 2, to: &empty)
        #expect(empty?.executions.isEmpty == true)
    }

    @Test func `an effect survives storage`() throws {
        for kind in [
            Effect.Kind.runAction(ActionWork(action: Self.attempt)), .cancelAction,
            .timer(.actionTimedOut(Self.reference)), .runRule(RuleWork(rule: Self.rule)), .cancelRule,
            .timer(.ruleTimedOut(RuleReference(Self.rule))),
            .notify(
                ApprovalNotice(
                    topic: "t", region: "r", pipeline: "p", stage: "s", action: "a", token: "t", expires: 1)),
        ] {
            for subject in [EffectSubject.action(Self.reference), .rule(RuleReference(Self.rule)), .errand("q")] {
                let effect = Effect(kind: kind, pipeline: "p", subject: subject, dueAt: 2)
                #expect(try JSONDecoder().decode(Effect.self, from: JSONEncoder().encode(effect)) == effect)
                #expect((subject.attempt == Self.reference) == (subject.id == "i"))
            }
        }
    }

    @Test func `ids for production are random UUIDs in lower case`() {
        var ids = RandomIDs()
        let (first, second) = (ids.uuid(), ids.uuid())
        #expect(first != second)
        #expect(UUID(uuidString: first)?.uuidString.lowercased() == first)
        let key = ids.alphanumerics(7)
        #expect(key.count == 7)
        #expect(key.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
    }

    static let errors: [(LedgerError, String)] = [
        (.storageFailed("disk full"), "the ledger could not commit: disk full"),
        (.queueFull, "too many writes are waiting for the ledger"), (.closed, "the ledger is closed"),
        (.unreadable("row 7"), "the ledger holds something unreadable: row 7"),
    ]

    @Test(arguments: errors) func `a ledger's error says what happened`(error: LedgerError, text: String) {
        #expect(error.description == text)
    }
}
