import Foundation
import PipelineEngine
import PipelineModel
import Testing

@testable import PipelineStore

/// What every ledger keeps of what is over: rows of attempts and rules, executions that left the state, what succeeded.
@Suite struct HistoryConformanceTests {
    @Test(arguments: LedgerKind.allCases)
    func `a departed PARALLEL execution is retried from its row`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            let id = try await ledger.created(.sample(mode: .parallel))
            try await ledger.failNext()
            #expect(try await ledger.state(of: "app")?.executions.isEmpty == true, "it has left the state")
            #expect(try await ledger.execution(id)?.status == .failed)
            #expect(try await ledger.perform(.retry("Source", id, .failedActions), on: "app") == .retried(id))
            let state = try #require(try await ledger.state(of: "app"))
            #expect(state.executions[id] == (try await ledger.execution(id)))
            #expect(state.executions[id]?.status == .inProgress)
            #expect(try await ledger.events(of: id).map(\.event.kind).contains("executionRecalled"))
            try await ledger.runAll()
            #expect(try await ledger.execution(id)?.status == .succeeded)
            let attempts = try await ledger.actionExecutions(of: "app", execution: id, before: nil, limit: 9)
            #expect(attempts.map(\.action.status) == [.succeeded, .succeeded, .failed])
            #expect(try await ledger.counts().executionsByStatus == [.succeeded: 1])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `rules have rows, which go with their pipeline`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            let id = try await ledger.created(.sample(gates: ["Hours", "Calm"]))
            try await ledger.runAll { $0.isRun }
            let begun = try await ledger.ruleExecutions(of: "app", execution: nil, before: nil, limit: 9)
            #expect(begun.map(\.rule.rule) == ["Calm", "Hours"])
            #expect(begun.map(\.rule.status) == [.inProgress, .inProgress])
            probe.clock.advance(61)
            try await ledger.runAll()
            #expect(try await ledger.execution(id)?.status == .succeeded)
            let ended = try await ledger.ruleExecutions(of: "app", execution: id, before: nil, limit: 9)
            #expect(ended.map(\.rule.status) == [.succeeded, .succeeded])
            #expect(ended.map(\.sequence) == begun.map(\.sequence))
            let older = try await ledger.ruleExecutions(of: "app", execution: nil, before: ended[0].sequence, limit: 9)
            #expect(older == [ended[1]])
            #expect(try await ledger.ruleExecutions(of: "app", execution: nil, before: nil, limit: 1) == [ended[0]])
            #expect(try await ledger.ruleExecutions(of: "other", execution: id, before: nil, limit: 9).isEmpty)
            _ = try await ledger.perform(.delete, on: "app")
            #expect(try await ledger.ruleExecutions(of: "app", execution: nil, before: nil, limit: 9).isEmpty)
            #expect(try await ledger.ruleExecutions(of: "app", execution: id, before: nil, limit: 9).isEmpty)
        }
    }

    @Test(arguments: LedgerKind.allCases, [RetryMode.failedActions, .allActions])
    func `an attempt that its decision replaces keeps its last word`(
        _ kind: LedgerKind, _ mode: RetryMode
    ) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            var declaration = PipelineDeclaration.sample(mode: .superseded)
            declaration.stages[1].onFailure = FailureDeclaration(
                result: .retry, retryConfiguration: RetryConfiguration(retryMode: mode))
            let id = try await ledger.created(declaration)
            try await ledger.succeedNext()
            try await ledger.failNext()
            let attempts = try await ledger.actionExecutions(of: "app", execution: id, before: nil, limit: 9)
            #expect(attempts.map(\.action.action) == ["Compile", "Compile", "Checkout"])
            #expect(attempts.map(\.action.status) == [.inProgress, .failed, .succeeded])
            #expect(attempts[1].action.failure?.message == "it broke")
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `a rule that a retry sweeps away keeps its last word`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            var declaration = PipelineDeclaration.sample(mode: .superseded)
            declaration.stages[1].onSuccess = .sample(["Calm"], result: .fail)
            declaration.stages[1].onFailure = FailureDeclaration(result: .retry)
            let id = try await ledger.created(declaration)
            try await ledger.runAll { $0.isRun }
            probe.clock.advance(61)
            try await ledger.failNext()
            let rules = try await ledger.ruleExecutions(of: "app", execution: id, before: nil, limit: 9)
            #expect(rules.map(\.rule.status) == [.failed])
            #expect(try await ledger.execution(id)?.stages.last?.actions.map(\.status) == [.inProgress])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `what succeeded in a stage is found by version`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            _ = try await ledger.created(.sample(mode: .superseded))
            try await ledger.runAll()
            _ = try await ledger.perform(.start, on: "app")
            try await ledger.succeedNext()
            try await ledger.failNext()
            for _ in 0..<2 {
                _ = try await ledger.perform(.start, on: "app")
                try await ledger.runAll()
            }
            _ = try await ledger.perform(.update(.sample(mode: .superseded)), on: "app")
            _ = try await ledger.perform(.start, on: "app")
            try await ledger.runAll()
            func found(_ stage: StageName, _ version: Int, before: Int? = nil, limit: Int = 9) async throws -> [Int] {
                try await ledger.executions(
                    of: "app", succeededIn: stage, version: version, before: before, limit: limit
                ).map(\.number)
            }
            #expect(try await found("Source", 1) == [4, 3, 2, 1])
            #expect(try await found("Build", 1) == [4, 3, 1])
            #expect(try await found("Build", 1, before: 4) == [3, 1])
            #expect(try await found("Build", 1, limit: 2) == [4, 3])
            #expect(try await found("Build", 2) == [5])
            #expect(try await found("Build", 3).isEmpty)
            #expect(try await found("Deploy", 1).isEmpty)
            _ = try await ledger.perform(.delete, on: "app")
            _ = try await ledger.created(.sample(mode: .superseded))
            #expect(try await found("Build", 1).isEmpty)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `a retried stage that succeeds counts`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            let id = try await ledger.created(.sample(mode: .superseded))
            try await ledger.succeedNext()
            try await ledger.failNext()
            let none = try await ledger.executions(of: "app", succeededIn: "Build", version: 1, before: nil, limit: 9)
            #expect(none.isEmpty)
            _ = try await ledger.perform(.retry("Build", id, .failedActions), on: "app")
            try await ledger.runAll()
            let one = try await ledger.executions(of: "app", succeededIn: "Build", version: 1, before: nil, limit: 9)
            #expect(one.map(\.id) == [id])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `a rollback goes back to an execution that left the state`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            let first = try await ledger.created(.sample(mode: .superseded))
            try await ledger.runAll()
            _ = try await ledger.perform(.start, on: "app")
            try await ledger.runAll()
            #expect(try await ledger.state(of: "app")?.executions[first] == nil)
            let trigger = ExecutionTrigger(type: .manualRollback)
            let outcome = try await ledger.perform(.rollBack("Build", to: first, trigger: trigger), on: "app")
            guard case .rolledBack(let id) = outcome else {
                Issue.record("not rolled back: \(outcome)")
                return
            }
            try await ledger.runAll()
            let execution = try #require(try await ledger.execution(id))
            #expect(execution.status == .succeeded)
            #expect(execution.rollbackTarget == first)
            #expect(execution.artifacts == (try await ledger.execution(first)?.artifacts))
            await #expect(throws: CommandRefusal.executionNotFound) {
                try await ledger.perform(.rollBack("Build", to: "nothing", trigger: trigger), on: "app")
            }
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `facts about a pipeline are listed without those of its executions`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            _ = try await ledger.created(.sample())
            for reason in ["freeze", nil] {
                let change = TransitionChange(stage: "Build", type: .inbound, by: "arn:me", disabledReason: reason)
                #expect(try await ledger.perform(.setTransition(change), on: "app") == .transitionSet)
            }
            _ = try await ledger.perform(.tag(["team": "a"]), on: "app")
            let kinds = try await ledger.pipelineEvents(of: "app", limit: 9).map(\.event.kind)
            #expect(kinds == ["pipelineTagged", "transitionChanged", "transitionChanged", "pipelineCreated"])
            #expect(try await ledger.pipelineEvents(of: "app", limit: 2).map(\.event.kind) == Array(kinds.prefix(2)))
            #expect(try await ledger.pipelineEvents(of: "other", limit: 9).isEmpty)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `a revision that was seen starts nothing again`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            _ = try await ledger.created(.sample())
            func put(_ revision: String) async throws -> CommandOutcome {
                let change = SourceChange(
                    action: "Checkout", revision: revision, origin: .put,
                    trigger: ExecutionTrigger(type: .putActionRevision), revisionType: .commitID)
                return try await ledger.perform(.sourceChanged(change), on: "app")
            }
            guard case .sourceRevision(isNew: true, let started?) = try await put("r1") else {
                Issue.record("nothing was started")
                return
            }
            #expect(try await put("r1") == .sourceRevision(isNew: false, started: started))
            #expect(try await ledger.execution(started)?.trigger.type == .putActionRevision)
            guard case .sourceRevision(isNew: true, _) = try await put("r2") else {
                Issue.record("r2 is known")
                return
            }
            #expect(try await put("r1") == .sourceRevision(isNew: false, started: started))
        }
    }

    /// A script of everything, run on both, leaves the same.
    @Test func `the twins come to the same`() async throws {
        let sqlite = try await Snapshot(afterScriptOn: .sqlite)
        let memory = try await Snapshot(afterScriptOn: .memory)
        #expect(sqlite.state == memory.state)
        #expect(sqlite.executions == memory.executions)
        #expect(sqlite.attempts == memory.attempts)
        #expect(sqlite.rules == memory.rules)
        #expect(sqlite.events == memory.events)
        #expect(sqlite.journal == memory.journal)
        #expect(sqlite.effects == memory.effects)
        #expect(sqlite.counts == memory.counts)
        #expect(sqlite.executions.count > 5)
    }
}

private struct Snapshot {
    var state: PipelineState?
    var executions: [PipelineExecution] = []
    var attempts: [ActionExecution] = []
    var rules: [RuleExecution] = []
    var events: [PipelineEvent] = []
    var journal: [[DeliveryDecision]] = []
    var effects: [Effect] = []
    var counts: LedgerCounts?

    init(afterScriptOn kind: LedgerKind) async throws {
        var snapshot = Self()
        try await LedgerProbe.use(kind, firstID: 0) { probe in
            try await Self.script(probe)
            snapshot = try await Self(probe.ledger)
        }
        self = snapshot
    }

    private init() {}

    private init(_ ledger: any Ledger) async throws {
        state = try await ledger.state(of: "app")
        executions = try await ledger.executions(of: "app", before: nil, limit: 99)
        attempts = try await ledger.actionExecutions(of: "app", execution: nil, before: nil, limit: 99).map(\.action)
        rules = try await ledger.ruleExecutions(of: "app", execution: nil, before: nil, limit: 99).map(\.rule)
        for execution in executions { events += try await ledger.events(of: execution.id).map(\.event) }
        events += try await ledger.pipelineEvents(of: "app", limit: 99).map(\.event)
        journal = try await ledger.journal(before: nil, limit: 99).map(\.decisions)
        counts = try await ledger.counts()
        effects = try await ledger.claimAll(lease: 1).map(\.effect)
    }

    private static func script(_ probe: LedgerProbe) async throws {
        let ledger = probe.ledger
        var declaration = PipelineDeclaration.sample(gates: ["Hours"])
        declaration.stages[1].onFailure = FailureDeclaration(result: .rollback)
        let first = try await ledger.created(declaration)
        try await ledger.runAll()
        probe.clock.advance(1)
        _ = try await ledger.record(.push("d1"), match: matchBranch)
        _ = try await ledger.record(.push("d2"), match: matchBranch)
        _ = try await ledger.record(.push("d3"), match: matchBranch)
        try await ledger.succeedNext()
        try await ledger.succeedNext()
        probe.clock.advance(61)
        try await ledger.failNext()
        try await ledger.runAll()
        let freeze = TransitionChange(stage: "Build", type: .inbound, by: "me", disabledReason: "freeze")
        _ = try await ledger.perform(.setTransition(freeze), on: "app")
        for _ in 0..<3 {
            _ = try await ledger.perform(.start, on: "app")
            try await ledger.runAll()
        }
        let waiting = try await ledger.state(of: "app")?.stages["Build"]?.inbound.first?.id
        if let waiting { _ = try await ledger.perform(.stop(waiting, mode: .abandon, reason: nil), on: "app") }
        let trigger = ExecutionTrigger(type: .manualRollback)
        _ = try await ledger.perform(.rollBack("Build", to: first, trigger: trigger), on: "app")
        _ = try await ledger.perform(.tag(["team": "a"]), on: "app")
        try await ledger.succeedNext()
        _ = try await ledger.prune(RetentionPolicy(maxCountPerPipeline: 6), at: probe.clock.now)
        _ = try await ledger.perform(.update(.sample(mode: .superseded)), on: "app")
        _ = try await ledger.perform(.start, on: "app")
    }
}
