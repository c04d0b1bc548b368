import PipelineEngine
import PipelineModel
import Testing

@testable import PenstockServer

/// One pipeline, driven by commands as the ledger does, with the facts that the ledger would keep.
struct StoryWorld {
    private(set) var state: PipelineState?
    private(set) var events: [RecordedEvent] = []
    private(set) var departed: [ExecutionID: PipelineExecution] = [:]
    var now = 1000.0
    private var steps = 0

    static let caller = "arn:aws:iam::000000000000:user/ines"

    init(_ declaration: PipelineDeclaration) throws {
        try perform(
            .create(declaration, trigger: ExecutionTrigger(type: .createPipeline, detail: Self.caller), tags: [:]))
    }

    mutating func perform(_ command: PipelineCommand) throws {
        steps += 1
        let context = DecisionContext(
            now: now, ids: StoryIDs(step: steps), settings: EngineSettings(), history: { [departed] in departed[$0] })
        let decision = try PipelineMachine.decide(command, on: state, in: context)
        state = decision.state
        for event in decision.events {
            events.append(RecordedEvent(sequence: Int64(events.count + 1), at: now, event: event))
        }
        for execution in decision.departed { departed[execution.id] = execution }
        now += 10
    }

    mutating func start() throws {
        try perform(.start(StartRequest(trigger: ExecutionTrigger(type: .startPipelineExecution, detail: Self.caller))))
    }

    mutating func transition(into stage: StageName, disabled reason: String?) throws {
        try perform(
            .setTransition(TransitionChange(stage: stage, type: .inbound, by: Self.caller, disabledReason: reason)))
    }

    func execution(_ number: Int) throws -> PipelineExecution {
        let all = Array(state?.executions.values ?? [:].values) + Array(departed.values)
        return try #require(all.first { $0.number == number }, "there is no execution \(number)")
    }

    func action(_ name: ActionName, in number: Int) throws -> ActionReference {
        let stage = try #require(try execution(number).stages.last)
        return ActionReference(try #require(stage.actions.first { $0.action == name }))
    }

    func rule(_ name: RuleName, in number: Int) throws -> RuleReference {
        let stage = try #require(try execution(number).stages.last)
        let rules = stage.conditions.values.flatMap(\.rules)
        return RuleReference(try #require(rules.last { $0.rule == name && $0.status == .inProgress }))
    }

    mutating func succeed(_ name: ActionName, in number: Int) throws {
        try perform(.actionSucceeded(try action(name, in: number), ActionResult()))
    }

    mutating func fail(_ name: ActionName, in number: Int) throws {
        try perform(.actionFailed(try action(name, in: number), FailureDetails(.jobFailed, "exit code 1")))
    }

    func story(of number: Int, delivery: JournalEntry? = nil) throws -> [StoryLine] {
        let execution = try execution(number)
        return ExecutionStory.lines(
            ExecutionStory.Facts(
                execution: execution, events: events.filter { $0.event.execution == execution.id },
                pipelineEvents: events.filter { $0.event.execution == nil }, delivery: delivery,
                others: Array(state?.executions.values ?? [:].values) + Array(departed.values), state: state, now: now))
    }

    /// Whether a story's lines hold these texts, in this order.
    func tells(_ number: Int, _ texts: [String], _ location: SourceLocation = #_sourceLocation) throws {
        var rest = try story(of: number).map(\.text)[...]
        let all = rest.joined(separator: "\n")
        for text in texts {
            guard let index = rest.firstIndex(where: { $0.contains(text) }) else {
                Issue.record("not told, or not in this order: \(text)\nin:\n\(all)", sourceLocation: location)
                return
            }
            rest = rest[(index + 1)...]
        }
    }

    func explanation(journal: [JournalEntry] = []) throws -> PipelineExplanation {
        PipelineExplanation(of: try #require(state), journal: journal, now: now)
    }

    // MARK: Declarations

    static func stage(_ name: StageName, _ actions: String...) -> StageDeclaration {
        StageDeclaration(
            name: name,
            actions: actions.map { name in
                ActionDeclaration(
                    name: ActionName(name),
                    actionTypeId: name == "Approve"
                        ? .manualApproval
                        : ActionTypeID(
                            category: name == "Source" ? .source : .build, owner: .aws,
                            provider: name == "Source" ? "CodeStarSourceConnection" : "CodeBuild"))
            })
    }

    static func pipeline(_ stages: StageDeclaration..., mode: ExecutionMode = .superseded) -> PipelineDeclaration {
        var declaration = PipelineDeclaration(
            name: "shop", roleArn: "arn:aws:iam::000000000000:role/p",
            artifactStore: ArtifactStoreDeclaration(location: "artifacts"), stages: stages)
        declaration.executionMode = mode
        declaration.pipelineType = .v2
        return declaration
    }

    static func condition(_ rule: RuleName, _ result: ConditionResult?) -> ConditionDeclaration {
        ConditionDeclaration(
            result: result,
            rules: [RuleDeclaration(name: rule, ruleTypeId: RuleTypeID(provider: "CloudWatchAlarm"))])
    }
}

/// Ids that are the same in every run.
struct StoryIDs: IDSource {
    let step: Int
    private var count = 0

    init(step: Int) { self.step = step }

    mutating func uuid() -> String {
        count += 1
        return "id-\(step)-\(count)"
    }

    mutating func alphanumerics(_ count: Int) -> String { String(repeating: "a", count: count) }
}
