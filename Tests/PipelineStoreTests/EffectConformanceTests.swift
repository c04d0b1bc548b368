import Foundation
import PipelineEngine
import PipelineModel
import Testing

@testable import PipelineStore

/// What every ledger does with effects: leases, at least once, reports that may come late.
@Suite struct EffectConformanceTests {
    @Test(arguments: LedgerKind.allCases)
    func `a leased effect is given out once, and again when the lease is over`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            _ = try await ledger.perform(.sample(), on: "app")
            let first = try await ledger.claimAll("w1", lease: 30)
            #expect(first.map(\.attempt) == [1])
            #expect(first.allSatisfy { $0.isRun })
            probe.clock.advance(29)
            #expect(try await ledger.claimAll("w2").isEmpty)
            probe.clock.advance(1)
            let second = try await ledger.claimAll("w2")
            #expect(second.map(\.id) == first.map(\.id))
            #expect(second.map(\.attempt) == [2])
            #expect(try await ledger.renew(first.map(\.id), worker: "w1", lease: 30).isEmpty)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `a renewed lease lasts, a released effect is due at once`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            _ = try await ledger.perform(.sample(), on: "app")
            let claimed = try await ledger.claimAll("w1", lease: 30).map(\.id)
            probe.clock.advance(20)
            let unknown = EffectID(4711)
            #expect(try await ledger.renew(claimed + [unknown], worker: "w1", lease: 30) == Set(claimed))
            probe.clock.advance(20)
            #expect(try await ledger.claimAll("w2").isEmpty)
            try await ledger.release(claimed, worker: "w2")
            #expect(try await ledger.claimAll("w2").isEmpty, "only its worker can hand it back")
            try await ledger.release(claimed, worker: "w1")
            #expect(try await ledger.claimAll("w2").map(\.id) == claimed)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `the oldest due comes first, within the limit`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            for name in ["b", "a", "c"] {
                _ = try await probe.ledger.perform(.sample(PipelineName(name)), on: .init(name))
                probe.clock.advance(1)
            }
            let two = try await probe.ledger.claim(limit: 2, worker: "w", lease: 9)
            #expect(two.map(\.effect.pipeline) == ["b", "a"])
            #expect(try await probe.ledger.claimAll().map(\.effect.pipeline) == ["c"])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `a report that comes twice changes nothing the second time`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            _ = try await ledger.perform(.sample(), on: "app")
            let run = try #require(try await ledger.claimAll().first)
            #expect(try await ledger.finish(run.id, reporting: run.success, on: "app") == .reported)
            let state = try await ledger.state(of: "app")
            guard case .ignored = try await ledger.finish(run.id, reporting: run.success, on: "app") else {
                Issue.record("taken twice")
                return
            }
            #expect(try await ledger.state(of: "app") == state)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `a report that is refused takes its effect with it`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            _ = try await ledger.perform(.sample(), on: "app")
            let run = try #require(try await ledger.claimAll(lease: 1).first)
            let outcome = try await ledger.finish(run.id, reporting: .start, on: "nowhere")
            #expect(outcome == .ignored(reason: "the pipeline does not exist"))
            probe.clock.advance(2)
            #expect(try await ledger.claimAll().isEmpty)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `an effect without a report is just removed`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            _ = try await ledger.perform(.sample(), on: "app")
            let run = try #require(try await ledger.claimAll(lease: 1).first)
            let events = try await ledger.events(of: run.reference.execution)
            #expect(try await ledger.finish(run.id, reporting: nil, on: "app") == .reported)
            probe.clock.advance(2)
            #expect(try await ledger.claimAll().isEmpty)
            #expect(try await ledger.events(of: run.reference.execution) == events)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `an attempt that has ended isn't given out again, even while it is lent`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            guard case .declared(_, let started?) = try await ledger.perform(.sample(), on: "app") else { return }
            let run = try #require(try await ledger.claimAll("w1", lease: 10).first)
            _ = try await ledger.perform(.stop(started, mode: .abandon, reason: "enough"), on: "app")
            #expect(try await ledger.renew([run.id], worker: "w1", lease: 10).isEmpty)
            let cancel = try await ledger.claimAll("w1")
            #expect(cancel.map(\.effect.kind) == [.cancelAction])
            probe.clock.advance(20)
            #expect(try await ledger.claimAll("w2").isEmpty)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `timers are due at their time`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            #expect(try await ledger.nextDue() == nil)
            _ = try await ledger.perform(.sample(), on: "app")
            #expect(try await ledger.nextDue() == 1000)
            let run = try #require(try await ledger.claimAll(lease: 7200).first)
            #expect(try await ledger.nextDue() == 4600, "the attempt's timer")
            #expect(try await ledger.counts().effectsWaiting == 1)
            probe.clock.advance(3600)
            let timers = try await ledger.claimAll()
            #expect(timers.map(\.effect.kind) == [.timer(.actionTimedOut(run.reference))])
            for timer in timers { _ = try await ledger.finish(timer.id, reporting: timer.success, on: "app") }
            let execution = try #require(try await ledger.execution(run.reference.execution))
            #expect(execution.status == .failed)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `each listener is woken when effects are due, and only then`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            var first = ledger.wakeUps().makeAsyncIterator()
            var second = ledger.wakeUps().makeAsyncIterator()
            _ = try await ledger.perform(.sample(), on: "app")
            #expect(await first.next() != nil)
            #expect(await second.next() != nil)
            let claimed = try await ledger.claimAll()
            _ = try await ledger.finish(claimed[0].id, reporting: nil, on: "app")
            _ = try await ledger.perform(.sample("b"), on: "b")
            #expect(await first.next() != nil)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `an order to end work outlives its pipeline`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            let id = try await ledger.created(.sample(gates: ["Hours"]))
            _ = try await ledger.perform(.start, on: "app")
            try await ledger.succeedNext()
            let rule = try #require(
                try await ledger.ruleExecutions(of: "app", execution: id, before: nil, limit: 1).first?.rule)
            let source = try #require(
                try await ledger.actionExecutions(of: "app", execution: nil, before: nil, limit: 1).first?.action)
            for execution in [id, source.executionID] {
                _ = try await ledger.perform(.stop(execution, mode: .abandon, reason: nil), on: "app")
            }
            _ = try await ledger.perform(.delete, on: "app")
            let left = try await ledger.claimAll()
            #expect(left.map(\.effect.kind) == [.cancelRule, .cancelAction])
            #expect(left.map(\.effect.subject.id) == [SubjectID(rule.id), SubjectID(source.id)])
            #expect(try await ledger.nextDue() == nil, "a timer was left behind")
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `a rule that has ended isn't given out again`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            _ = try await ledger.created(.sample(gates: ["Hours", "Calm"]))
            try await ledger.succeedNext()
            let rules = try await ledger.claimAll("w1", lease: 10)
            #expect(rules.count == 2)
            _ = try await ledger.finish(rules[0].id, reporting: rules[0].failure, on: "app")
            #expect(try await ledger.renew([rules[1].id], worker: "w1", lease: 10).isEmpty)
            let order = try await ledger.claimAll("w2")
            #expect(order.map(\.effect.kind) == [.cancelRule])
            #expect(order.map(\.effect.subject) == [rules[1].effect.subject])
            probe.clock.advance(20)
            _ = try await ledger.finish(order[0].id, reporting: nil, on: "app")
            #expect(try await ledger.claimAll("w2").isEmpty)
            #expect(try await ledger.nextDue() == nil)
        }
    }
}
