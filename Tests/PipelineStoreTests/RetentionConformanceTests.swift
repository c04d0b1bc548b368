import Foundation
import PipelineEngine
import PipelineModel
import Testing

@testable import PipelineStore

/// What every ledger forgets, and what it never does.
@Suite struct RetentionConformanceTests {
    @Test(arguments: LedgerKind.allCases)
    func `the newest are kept, and nothing is left of the others`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            _ = try await ledger.created(.sample(gates: ["Hours"]))
            _ = try await ledger.created(.sample("other"))
            try await ledger.runAll()
            for number in 2...6 {
                _ = try await ledger.record(.push("d\(number)"), match: matchBranch)
                try await ledger.runAll()
            }
            let all = try await ledger.executions(of: "app", before: nil, limit: 9)
            let report = try await ledger.prune(RetentionPolicy(maxCountPerPipeline: 2), at: probe.clock.now)
            #expect(report.isComplete)
            let gone = Array(all.dropFirst(2).reversed())
            #expect(report.executions.filter { $0.pipeline == "app" }.map(\.id) == gone.map(\.id))
            #expect(report.executions.filter { $0.pipeline == "app" }.flatMap(\.artifacts).count == 4)
            #expect(try await ledger.executions(of: "app", before: nil, limit: 9).map(\.number) == [6, 5])
            for execution in gone {
                #expect(try await ledger.execution(execution.id) == nil)
                #expect(try await ledger.events(of: execution.id).isEmpty)
                #expect(try await ledger.delivery(thatStarted: execution.id) == nil)
            }
            let attempts = try await ledger.actionExecutions(of: "app", execution: nil, before: nil, limit: 99)
            #expect(Set(attempts.map(\.action.executionID)) == Set(all.prefix(2).map(\.id)))
            #expect(attempts.count == 4)
            #expect(try await ledger.ruleExecutions(of: "app", execution: nil, before: nil, limit: 99).count == 2)
            let passed = try await ledger.executions(
                of: "app", succeededIn: "Build", version: 1, before: nil, limit: 9)
            #expect(passed.map(\.number) == [6, 5])
            #expect(try await ledger.counts().executionsByStatus == [.succeeded: 4])
            let again = try await ledger.prune(RetentionPolicy(maxCountPerPipeline: 2), at: probe.clock.now)
            #expect(again == PruneReport(isComplete: true))
            _ = try await ledger.perform(.start, on: "app")
            #expect(try await ledger.executions(of: "app", before: nil, limit: 1).map(\.number) == [7])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `age counts from the last change`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            let first = try await ledger.created(.sample(mode: .parallel))
            try await ledger.failNext()
            for _ in 0..<3 {
                probe.clock.advance(100)
                _ = try await ledger.perform(.start, on: "app")
                try await ledger.runAll()
            }
            _ = try await ledger.perform(.retry("Source", first, .failedActions), on: "app")
            try await ledger.runAll()
            let report = try await ledger.prune(RetentionPolicy(maxAge: 150), at: probe.clock.now)
            #expect(report.executions.count == 1)
            #expect(try await ledger.executions(of: "app", before: nil, limit: 9).map(\.number) == [4, 3, 1])
            #expect(try await ledger.prune(RetentionPolicy(), at: probe.clock.now + 1e9).executions.isEmpty)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `what is live or deployed is never forgotten`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            // 1 is deployed; 2 fails; 3 was removed from the source by nobody and runs; 4 waits.
            _ = try await ledger.created(.sample(mode: .superseded))
            try await ledger.runAll()
            _ = try await ledger.perform(.start, on: "app")
            try await ledger.succeedNext()
            try await ledger.failNext()
            _ = try await ledger.perform(.start, on: "app")
            _ = try await ledger.perform(.start, on: "app")
            probe.clock.advance(1e6)
            let policy = RetentionPolicy(maxAge: 1, maxCountPerPipeline: 0)
            #expect(try await ledger.prune(policy, at: probe.clock.now).executions.isEmpty)
            #expect(try await ledger.executions(of: "app", before: nil, limit: 9).count == 4)
            // A new version: what succeeded before is no rollback's target any more, but it is still what is deployed.
            _ = try await ledger.perform(.update(.sample(mode: .superseded)), on: "app")
            probe.clock.advance(1e6)
            try await ledger.runAll()
            probe.clock.advance(1e6)
            _ = try await ledger.perform(.start, on: "app")
            probe.clock.advance(1e6)
            _ = try await ledger.prune(policy, at: probe.clock.now)
            let left = try await ledger.executions(of: "app", before: nil, limit: 9).map(\.number)
            #expect(left.contains(1))
            #expect(left.contains(5))
            #expect(!left.contains(4), "it was cancelled in front of the source")
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `a deployed rollback keeps its target, whose artifacts it runs with`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            let first = try await ledger.created(.sample(mode: .superseded))
            try await ledger.runAll()
            for _ in 0..<2 {
                _ = try await ledger.perform(.start, on: "app")
                try await ledger.runAll()
            }
            let trigger = ExecutionTrigger(type: .manualRollback)
            _ = try await ledger.perform(.rollBack("Build", to: first, trigger: trigger), on: "app")
            try await ledger.runAll()
            let report = try await ledger.prune(RetentionPolicy(maxCountPerPipeline: 0), at: probe.clock.now)
            // 3 is the source's latest and what its stage would go back to, 4 the rollback, 1 its target.
            #expect(try await ledger.executions(of: "app", before: nil, limit: 9).map(\.number) == [4, 3, 1])
            #expect(report.executions.map(\.artifacts.count) == [1])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `PARALLEL executions that run are kept, those that are over go`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            _ = try await ledger.created(.sample(mode: .parallel))
            for _ in 0..<4 { _ = try await ledger.perform(.start, on: "app") }
            try await ledger.failNext()
            try await ledger.failNext()
            let report = try await ledger.prune(RetentionPolicy(maxCountPerPipeline: 0), at: probe.clock.now)
            #expect(report.executions.count == 2)
            #expect(try await ledger.executions(of: "app", before: nil, limit: 9).map(\.number) == [5, 4, 3])
            try await ledger.runAll()
            #expect(try await ledger.counts().executionsByStatus == [.succeeded: 3])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `versions that nothing refers to go`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            _ = try await ledger.created(.sample(mode: .superseded))
            try await ledger.runAll()
            for _ in 0..<4 {
                _ = try await ledger.perform(.update(.sample(mode: .superseded)), on: "app")
                _ = try await ledger.perform(.start, on: "app")
                try await ledger.runAll()
            }
            _ = try await ledger.perform(.update(.sample(mode: .superseded)), on: "app")
            // Executions 1 to 5 of versions 1 to 5; the pipeline is at 6.
            let report = try await ledger.prune(RetentionPolicy(maxCountPerPipeline: 2), at: probe.clock.now)
            #expect(report.executions.count == 3)
            #expect(report.versions == 3)
            var known: [Int] = []
            for version in 1...7 where try await ledger.declaration(of: "app", version: version) != nil {
                known.append(version)
            }
            #expect(known == [4, 5, 6])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `deliveries go by age and by count, oldest first`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            _ = try await ledger.created(.sample())
            for number in 1...6 {
                var delivery = Delivery.push("d\(number)", to: "acme/none")
                delivery.receivedAt = Double(number * 100)
                _ = try await ledger.record(delivery, match: matchBranch)
            }
            let byAge = try await ledger.prune(RetentionPolicy(deliveriesMaxAge: 400), at: 700)
            #expect(byAge.deliveries == 2)
            #expect(try await ledger.journal(before: nil, limit: 9).map(\.sequence) == [6, 5, 4, 3])
            let byCount = try await ledger.prune(RetentionPolicy(deliveriesMaxCount: 3), at: 700)
            #expect(byCount.deliveries == 1)
            #expect(try await ledger.counts().deliveries == 3)
            #expect(try await ledger.record(.push("d6", to: "acme/none"), match: matchBranch).isDuplicate)
            let forgotten = try await ledger.record(.push("d1", to: "acme/none"), match: matchBranch)
            #expect(!forgotten.isDuplicate)
            #expect(forgotten.sequence == 8)
            _ = try await ledger.prune(RetentionPolicy(deliveriesMaxCount: 0), at: 700)
            #expect(try await ledger.record(.push("d9", to: "acme/none"), match: matchBranch).sequence == 9)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `the newest hundred facts about a pipeline stay`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            _ = try await ledger.created(.sample())
            for number in 0..<120 {
                let reason = number.isMultiple(of: 2) ? "freeze \(number)" : nil
                let change = TransitionChange(stage: "Build", type: .inbound, by: "me", disabledReason: reason)
                _ = try await ledger.perform(.setTransition(change), on: "app")
            }
            #expect(try await ledger.prune(RetentionPolicy(maxAge: 10), at: probe.clock.now).pipelineEvents == 0)
            let report = try await ledger.prune(RetentionPolicy(maxAge: 10), at: probe.clock.now + 20)
            #expect(report.pipelineEvents == 21)
            #expect(try await ledger.pipelineEvents(of: "app", limit: 200).count == 100)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `a call is bounded and says whether more is left`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            // Each start fails at once: a variable has no value.
            var declaration = PipelineDeclaration.sample(mode: .superseded)
            declaration.variables = [PipelineVariableDeclaration(name: "TARGET")]
            _ = try await ledger.created(declaration)
            let start = PipelineCommand.start(StartRequest(trigger: ExecutionTrigger(type: .webhookV2)))
            for _ in 0..<1100 { _ = try await ledger.perform(start, on: "app") }
            let policy = RetentionPolicy(maxCountPerPipeline: 1)
            let first = try await ledger.prune(policy, at: probe.clock.now)
            #expect(first.executions.count == 1000)
            #expect(!first.isComplete)
            let second = try await ledger.prune(policy, at: probe.clock.now)
            #expect(second.executions.count == 100)
            #expect(second.isComplete)
            #expect(try await ledger.executions(of: "app", before: nil, limit: 9).map(\.number) == [1101])
        }
    }
}
