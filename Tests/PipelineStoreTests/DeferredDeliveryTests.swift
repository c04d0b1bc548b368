import Foundation
import PipelineEngine
import PipelineModel
import Testing

@testable import PipelineStore

extension LedgerProbe {
    /// Deliveries' other side.
    var desk: any DeliveryDesk {
        get throws { try #require(ledger as? any DeliveryDesk) }
    }
}

extension Delivery {
    /// A push whose facts are found out later.
    static func open(_ id: String, replayOf: Int64? = nil) -> Delivery {
        guard case .events(let events) = push(id).content else { preconditionFailure("a push holds events") }
        var delivery = sample(id, .deferred(events), replayOf: replayOf)
        delivery.connection = ConnectionARN(PipelineDeclaration.connection)
        return delivery
    }

    /// A push by the connection that the sample pipelines name.
    static func pushed(
        _ id: String, _ before: String?, _ after: String, branch: String = "main", replayOf: Int64? = nil
    ) -> Delivery {
        let event = SourceEvent(
            repository: "acme/app", change: .branchPushed(branch: branch, before: before, after: after, forced: nil))
        var delivery = sample(id, .events([event]), replayOf: replayOf)
        delivery.connection = ConnectionARN(PipelineDeclaration.connection)
        return delivery
    }

    var events: [SourceEvent] {
        switch content {
        case .events(let events), .deferred(let events): events
        case .ignored, .refused: []
        }
    }
}

/// Deliveries that are looked into after their answer, and starts that are asked for twice.
@Suite struct DeferredDeliveryTests {
    private func settlement(_ delivery: Int64, _ events: [SourceEvent]) -> DeliverySettlement {
        DeliverySettlement(
            delivery: delivery, events: events, connection: ConnectionARN(PipelineDeclaration.connection))
    }

    @Test(arguments: LedgerKind.allCases)
    func `a deferred delivery is on disk first, and starts what it matches once it is settled, once`(
        _ kind: LedgerKind
    ) async throws {
        try await LedgerProbe.use(kind) { probe in
            let (ledger, desk) = (probe.ledger, try probe.desk)
            _ = try await ledger.perform(.sample(), on: "app")
            let delivery = Delivery.open("d1")
            let receipt = try await ledger.record(delivery, match: matchBranch)
            #expect(receipt.isDeferred && receipt.decisions.map(\.reason) == ["being looked into"])
            #expect(try await desk.deferredDeliveries(dueBy: probe.clock.now, limit: 9) == [receipt.sequence])
            #expect(try await desk.nextDeferredDue() == probe.clock.now)
            #expect(try await ledger.record(delivery, match: matchBranch).former?.isDeferred == true)
            let entry = try #require(try await ledger.journalEntry(receipt.sequence))
            #expect(entry.outcome == "accepted" && entry.deferral?.isParked == false)

            let settled = try #require(
                try await desk.settle(settlement(receipt.sequence, delivery.events), match: matchBranch))
            let started = try #require(settled.decisions.first?.started)
            #expect(try await desk.settle(settlement(receipt.sequence, delivery.events), match: matchBranch) == nil)
            #expect(try await ledger.executions(of: "app", before: nil, limit: 9).count == 2)
            let after = try #require(try await ledger.journalEntry(receipt.sequence))
            #expect(after.deferral == nil && after.decisions == settled.decisions && after.events == delivery.events)
            #expect(try await ledger.delivery(thatStarted: started)?.sequence == receipt.sequence)
            #expect(try await desk.nextDeferredDue() == nil)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `where nobody listens, nobody is asked`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let receipt = try await probe.ledger.record(.open("d1"), match: matchBranch)
            #expect(!receipt.isDeferred)
            #expect(receipt.decisions.map(\.reason) == ["no pipeline has a source in acme/app"])
            #expect(try await probe.desk.nextDeferredDue() == nil)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `what can't be found out is tried again, then parked, and its replay takes it off the list`(
        _ kind: LedgerKind
    ) async throws {
        try await LedgerProbe.use(kind) { probe in
            let (ledger, desk) = (probe.ledger, try probe.desk)
            _ = try await ledger.perform(.sample(), on: "app")
            let number = try await ledger.record(.open("d1"), match: matchBranch).sequence
            try await desk.postpone(number, until: 1100, reason: "502")
            #expect(try await desk.deferredDeliveries(dueBy: 1099, limit: 9).isEmpty)
            #expect(try await desk.deferredDeliveries(dueBy: 1100, limit: 9) == [number])
            #expect(try await ledger.journalEntry(number)?.deferral?.attempts == 1)
            try await desk.park(number, reason: "the commit is gone")
            #expect(try await desk.nextDeferredDue() == nil)
            let parked = try await desk.journal(JournalFilter(parkedOnly: true), before: nil, limit: 9)
            #expect(parked.map(\.sequence) == [number])
            #expect(parked.first?.outcome == "accepted" && parked.first?.deferral?.reason == "the commit is gone")
            #expect(parked.first?.decisions.first?.reason.contains("the commit is gone") == true)
            // Late words about what is no longer there change nothing.
            try await desk.postpone(99, until: 2000, reason: "x")
            try await desk.park(99, reason: "x")
            let replay = try await ledger.record(.pushed("d1", nil, "c1", replayOf: number), match: matchBranch)
            #expect(replay.decisions.first?.started != nil)
            #expect(try await desk.journal(JournalFilter(parkedOnly: true), before: nil, limit: 9).isEmpty)
            #expect(try await desk.settle(settlement(number, Delivery.open("d1").events), match: matchBranch) == nil)
        }
    }

    @Test func `a crash between the answer and the settlement loses nothing and doubles nothing`() async throws {
        let folder = try TemporaryFolder()
        let delivery = Delivery.open("d1")
        var ledger = try await openLedger(in: folder)
        _ = try await ledger.perform(.sample(), on: "app")
        let number = try await ledger.record(delivery, match: matchBranch).sequence
        try await ledger.close()
        ledger = try await openLedger(in: folder, firstID: 5000)
        #expect(try await ledger.deferredDeliveries(dueBy: 9999, limit: 9) == [number])
        #expect(try await ledger.settle(settlement(number, delivery.events), match: matchBranch) != nil)
        try await ledger.close()
        ledger = try await openLedger(in: folder, firstID: 9000)
        #expect(try await ledger.settle(settlement(number, delivery.events), match: matchBranch) == nil)
        #expect(try await ledger.executions(of: "app", before: nil, limit: 9).count == 2)
        // The second hook's copy of the same change comes after the crash.
        var other = Delivery.pushed("d2", "b-d1", "c1")
        other.hook = "h2"
        #expect(try await ledger.record(other, match: matchBranch).decisions.first?.started == nil)
        try await ledger.close()
    }

    @Test(arguments: LedgerKind.allCases)
    func `the same change told twice starts once, and the second says which execution had it`(
        _ kind: LedgerKind
    ) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            _ = try await ledger.perform(.sample(), on: "app")
            let first = try await ledger.record(.pushed("d1", "c0", "c1"), match: matchBranch)
            let started = try #require(first.decisions.first?.started)
            var second = Delivery.pushed("d2", "c0", "c1")
            second.hook = "h2"
            let again = try await ledger.record(second, match: matchBranch)
            #expect(again.decisions.first?.started == nil)
            #expect(again.decisions.first?.reason.contains(started.rawValue) == true)
            // A replay is asked for; what is told again long after is news.
            #expect(try await starts(.pushed("d4", "c0", "c1", replayOf: 1), ledger))
            #expect(try await !starts(.pushed("d5", "c0", "c1"), ledger))
            probe.clock.advance(ToldChange.window + 1)
            #expect(try await starts(.pushed("d6", "c0", "c1"), ledger))
        }
    }

    private func starts(_ delivery: Delivery, _ ledger: any Ledger) async throws -> Bool {
        try await ledger.record(delivery, match: matchBranch).decisions.first?.started != nil
    }

    @Test(arguments: LedgerKind.allCases)
    func `the host is asked once about the same change`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            _ = try await probe.ledger.perform(.sample(), on: "app")
            _ = try await probe.ledger.record(.pushed("d1", "c0", "c1"), match: askAlways)
            let second = try await probe.ledger.record(.pushed("d2", "c0", "c1"), match: askAlways)
            #expect(second.decisions.map(\.question) == [nil])
            let claimed = try await probe.ledger.claim(limit: 9, worker: WorkerID("w"), lease: 60)
            #expect(claimed.count { if case .askChangedPaths = $0.effect.kind { true } else { false } } == 1)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `a repeated delivery tells what the first one had led to`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            _ = try await probe.ledger.perform(.sample(), on: "app")
            let first = try await probe.ledger.record(.push("d1"), match: matchBranch)
            let again = try await probe.ledger.record(.push("d1"), match: matchBranch)
            #expect(again.former?.sequence == first.sequence && again.former?.decisions == first.decisions)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `a replay to one pipeline asks no other`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            for name in ["a", "b"] { _ = try await probe.ledger.perform(.sample(PipelineName(name)), on: .init(name)) }
            _ = try await probe.ledger.record(.push("d1"), match: matchBranch)
            var replay = Delivery.push("d1", replayOf: 1)
            replay.only = "b"
            #expect(try await probe.ledger.record(replay, match: matchBranch).decisions.map(\.pipeline) == ["b"])
            replay.only = "c"
            let none = try await probe.ledger.record(replay, match: matchBranch)
            #expect(none.decisions.map(\.reason) == ["pipeline c has no source in acme/app"])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `the journal is filtered by hook, outcome and time`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            for (number, hook) in ["h1", "h2", "h1", "h1"].enumerated() {
                var delivery = Delivery.sample("d\(number)", .ignored(reason: "a ping"))
                (delivery.hook, delivery.hookName) = (HookID(hook), "name of \(hook)")
                delivery.receivedAt = Double(number * 100)
                if number == 3 { delivery.content = .refused(code: "wrong-signature", reason: "no") }
                _ = try await ledger.record(delivery, match: matchBranch)
            }
            func found(_ filter: JournalFilter, before: Int64? = nil) async throws -> [Int64] {
                try await probe.desk.journal(filter, before: before, limit: 9).map(\.sequence)
            }
            #expect(try await found(JournalFilter()) == [4, 3, 2, 1])
            #expect(try await found(JournalFilter(hook: "h1")) == [4, 3, 1])
            #expect(try await found(JournalFilter(hook: "name of h2")) == [2])
            #expect(try await found(JournalFilter(outcome: "ignored"), before: 3) == [2, 1])
            #expect(try await found(JournalFilter(hook: "h1", outcome: "ignored", since: 100)) == [3])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `a hook's own rules start what no source names, each non-match with its reason`(
        _ kind: LedgerKind
    ) async throws {
        try await LedgerProbe.use(kind) { probe in
            _ = try await probe.ledger.perform(.sample(), on: "app")
            let build = SourceEvent.Build(
                system: "Jenkins", job: "apps/storefront", number: "7", status: .succeeded, branch: "main")
            var delivery = Delivery.sample(
                "d1", .events([SourceEvent(repository: "jenkins", change: .buildCompleted(build))]))
            delivery.rules = [
                StartRule(pipeline: "app", kind: .build, job: try GlobPattern("apps/*"), webhookARN: "arn:hook"),
                StartRule(pipeline: "gone", kind: .build, webhookARN: "arn:hook"),
                StartRule(pipeline: "app", kind: .build, job: try GlobPattern("libs/*"), webhookARN: "arn:hook"),
                StartRule(pipeline: "app", kind: .release, webhookARN: "arn:hook"),
            ]
            let receipt = try await probe.ledger.record(delivery, match: matchBranch)
            let started = try #require(receipt.decisions.first?.started)
            #expect(
                try await probe.ledger.execution(started)?.trigger
                    == ExecutionTrigger(type: .webhook, detail: "arn:hook"))
            #expect(receipt.decisions.count == 3)
            #expect(receipt.decisions[1].reason == "the pipeline does not exist")
            #expect(receipt.decisions[2].reason == "job 'apps/storefront' doesn't match 'libs/*'")
            // Jenkins tells of one build in several phases.
            delivery.deliveryID = "d2"
            #expect(
                try await probe.ledger.record(delivery, match: matchBranch).decisions.allSatisfy { $0.started == nil })
        }
    }

    static let build = SourceEvent.Build(system: "Jenkins", job: "a/b", status: .failed, branch: nil)

    @Test func `rules say why not`() throws {
        func reason(_ rule: StartRule, _ change: SourceEvent.Change) -> String? {
            switch rule.verdict(on: SourceEvent(repository: "r", change: change)) {
            case .no(let reason): reason
            case .starts: "starts"
            case .asks: "asks"
            case nil: nil
            }
        }
        let main = try GlobPattern("main")
        let any = StartRule(pipeline: "p", kind: .build, webhookARN: "a")
        let failed = StartRule(pipeline: "p", kind: .build, statuses: [.failed], branch: main, webhookARN: "a")
        let release = StartRule(pipeline: "p", kind: .release, webhookARN: "a")
        let push = StartRule(pipeline: "p", kind: .push, branch: main, webhookARN: "a")
        #expect(reason(any, .buildCompleted(Self.build)) == "the build ended as failed, not as one of succeeded")
        #expect(reason(failed, .buildCompleted(Self.build)) == "the build doesn't say its branch; 'main' is asked for")
        #expect(
            reason(release, .release(.init(action: "edited", tag: "v1"))) == "the release was edited, not published")
        #expect(reason(release, .release(.init(action: "published", tag: "v1"))) == "starts")
        #expect(reason(release, .buildCompleted(Self.build)) == nil)
        let next = SourceEvent.Change.branchPushed(branch: "next", before: nil, after: "c", forced: nil)
        #expect(reason(push, next) == "branch 'next' doesn't match 'main'")
        #expect(reason(push, .branchPushed(branch: "main", before: nil, after: "c", forced: nil)) == "starts")
    }
}
