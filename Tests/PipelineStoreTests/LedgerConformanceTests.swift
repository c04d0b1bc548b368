import Foundation
import PipelineEngine
import PipelineModel
import Testing

@testable import PipelineStore

/// What every ledger does with commands.
@Suite struct LedgerConformanceTests {
    @Test(arguments: LedgerKind.allCases)
    func `a creation writes declaration, execution, attempt and events together`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            guard case .declared(let declaration, let started?) = try await ledger.perform(.sample(), on: "app") else {
                Issue.record("not declared")
                return
            }
            #expect(try await ledger.declaration(of: "app", version: 1) == declaration)
            let state = try #require(try await ledger.state(of: "app"))
            let execution = try #require(try await ledger.execution(started))
            #expect(state.executions[started] == execution)
            #expect(try await ledger.executions(of: "app", before: nil, limit: 10) == [execution])
            let attempts = try await ledger.actionExecutions(of: "app", execution: started, before: nil, limit: 10)
            #expect(attempts.map(\.action.action) == ["Checkout"])
            let events = try await ledger.events(of: started)
            #expect(events.map(\.event.kind) == ["executionStarted", "stageEntered", "actionStarted"])
            #expect(events.map(\.sequence) == events.map(\.sequence).sorted())
            #expect(events.allSatisfy { $0.at == probe.clock.now })
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `an execution runs to its end by claims and reports`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            _ = try await ledger.perform(.sample(), on: "app")
            try await ledger.runAll()
            let execution = try #require(try await ledger.executions(of: "app", before: nil, limit: 1).first)
            #expect(execution.status == .succeeded)
            let rows = try await ledger.actionExecutions(of: "app", execution: nil, before: nil, limit: 10)
            #expect(rows.map(\.action.action) == ["Compile", "Checkout"])
            #expect(rows.allSatisfy { $0.action.status == .succeeded })
            #expect(try await ledger.nextDue() == nil, "a timer was left behind")
            let counts = try await ledger.counts()
            #expect(
                counts
                    == LedgerCounts(
                        pipelines: 1, executionsByStatus: [.succeeded: 1], effectsDue: 0, effectsWaiting: 0,
                        deliveries: 0))
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `a refusal leaves nothing`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            await #expect(throws: CommandRefusal.pipelineNotFound) {
                try await probe.ledger.perform(.start, on: "app")
            }
            _ = try await probe.ledger.perform(.sample(), on: "app")
            let before = try await probe.ledger.counts()
            await #expect(throws: CommandRefusal.pipelineNameInUse) {
                try await probe.ledger.perform(.sample(), on: "app")
            }
            #expect(try await probe.ledger.counts() == before)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `an execution that left the state keeps its last record`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            _ = try await ledger.perform(.sample(), on: "app")
            _ = try await ledger.perform(.start, on: "app")
            _ = try await ledger.perform(.start, on: "app")
            let executions = try await ledger.executions(of: "app", before: nil, limit: 10)
            #expect(executions.map(\.number) == [3, 2, 1])
            #expect(executions.map(\.status) == [.inProgress, .superseded, .inProgress])
            let superseded = executions[1].id
            #expect(try await ledger.state(of: "app")?.executions[superseded] == nil)
            #expect(try await ledger.execution(superseded) == executions[1])
            #expect(try await ledger.counts().executionsByStatus == [.inProgress: 2, .superseded: 1])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `an update keeps the versions before it`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            _ = try await ledger.perform(.sample(), on: "app")
            _ = try await ledger.perform(.update(.sample(branch: "next")), on: "app")
            let first = try #require(try await ledger.declaration(of: "app", version: 1))
            let second = try #require(try await ledger.declaration(of: "app", version: 2))
            #expect(SourceBinding.bindings(of: first).map(\.branch) == ["main"])
            #expect(SourceBinding.bindings(of: second).map(\.branch) == ["next"])
            #expect(try await ledger.declaration(of: "app", version: 3) == nil)
            #expect(try await ledger.pipelines(after: nil, limit: 10).map(\.declaration) == [second])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `deletion takes the history and leaves the order to cancel`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            guard case .declared(_, let started?) = try await ledger.perform(.sample(), on: "app") else { return }
            _ = try await ledger.perform(.sample("other"), on: "other")
            let run = try #require(try await ledger.claim(limit: 1, worker: "w", lease: 60).first)
            #expect(run.effect.pipeline == "app")
            #expect(try await ledger.perform(.delete, on: "app") == .deleted)
            #expect(try await ledger.perform(.delete, on: "app") == .deleted)
            #expect(try await ledger.state(of: "app") == nil)
            #expect(try await ledger.execution(started) == nil)
            #expect(try await ledger.events(of: started).isEmpty)
            #expect(try await ledger.declaration(of: "app", version: 1) == nil)
            #expect(try await ledger.actionExecutions(of: "app", execution: nil, before: nil, limit: 9).isEmpty)
            #expect(try await ledger.counts().executionsByStatus == [.inProgress: 1])
            let left = try await ledger.claimAll().filter { $0.effect.pipeline == "app" }
            #expect(left.map(\.effect.kind) == [.cancelAction])
            #expect(left.map(\.reference) == [run.reference])
            let late = try await ledger.finish(run.id, reporting: run.success, on: "app")
            guard case .ignored = late else {
                Issue.record("a late report was taken: \(late)")
                return
            }
            // The name is free, and numbers begin anew.
            _ = try await ledger.perform(.sample(), on: "app")
            #expect(try await ledger.executions(of: "app", before: nil, limit: 9).map(\.number) == [1])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `lists come in pages`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            for name in ["c", "a", "b"] { _ = try await ledger.perform(.sample(PipelineName(name)), on: .init(name)) }
            for _ in 0..<4 { _ = try await ledger.perform(.start, on: "a") }
            let names = try await ledger.pipelines(after: "a", limit: 1).map(\.declaration.name)
            #expect(names == ["b"])
            #expect(try await ledger.executions(of: "a", before: 4, limit: 2).map(\.number) == [3, 2])
            try await ledger.runAll()
            let all = try await ledger.actionExecutions(of: "a", execution: nil, before: nil, limit: 100)
            #expect(all.map(\.sequence) == all.map(\.sequence).sorted(by: >))
            var paged: [ActionExecutionRow] = []
            while case let page = try await ledger.actionExecutions(
                of: "a", execution: nil, before: paged.last?.sequence, limit: 3), !page.isEmpty
            { paged += page }
            #expect(paged == all)
            let last = try #require(all.first)
            let own = try await ledger.actionExecutions(
                of: "a", execution: last.action.executionID, before: nil, limit: 100)
            #expect(own == all.filter { $0.action.executionID == last.action.executionID })
            #expect(
                try await ledger.actionExecutions(
                    of: "b", execution: last.action.executionID, before: nil, limit: 100
                ).isEmpty)
        }
    }
}
