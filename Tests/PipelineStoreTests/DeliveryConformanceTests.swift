import Foundation
import PipelineEngine
import PipelineModel
import Testing

@testable import PipelineStore

/// What every ledger does with deliveries.
@Suite struct DeliveryConformanceTests {
    @Test(arguments: LedgerKind.allCases)
    func `a delivery starts what it matches, and the journal says why the others stay`(
        _ kind: LedgerKind
    ) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            _ = try await ledger.perform(.sample("b", repository: "Acme/App"), on: "b")
            _ = try await ledger.perform(
                .create(.sample("a", branch: "next"), trigger: ExecutionTrigger(type: .createPipeline)), on: "a")
            let receipt = try await ledger.record(.push("d1"), match: matchBranch)
            #expect(receipt.sequence == 1)
            #expect(receipt.isDuplicate == false)
            #expect(receipt.decisions.map(\.pipeline) == ["a", "b"])
            #expect(receipt.decisions.map(\.reason) == ["branch main is not next", "matched by source Checkout"])
            let started = try #require(receipt.decisions[1].started)
            let execution = try #require(try await ledger.execution(started))
            #expect(execution.trigger == ExecutionTrigger(type: .webhookV2, detail: "push"))
            #expect(execution.sourceRevisionOverrides.map(\.revisionValue) == ["c1"])
            let entry = try #require(try await ledger.journalEntry(1))
            #expect(entry.decisions == receipt.decisions)
            #expect(entry.outcome == "accepted")
            #expect(entry.body == Data("{}".utf8))
            #expect(entry.headers == ["X-GitHub-Event": "push"])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `a repository that nobody listens to is named`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let receipt = try await probe.ledger.record(.push("d1", to: "acme/none"), match: matchBranch)
            #expect(
                receipt.decisions == [
                    DeliveryDecision(
                        pipeline: nil, started: nil, reason: "no pipeline has a source in acme/none")
                ])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `the triggers follow updates and deletions`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            _ = try await ledger.perform(.sample(repository: "acme/old"), on: "app")
            _ = try await ledger.perform(.update(.sample(repository: "acme/new")), on: "app")
            let old = try await ledger.record(.push("d1", to: "acme/old"), match: matchBranch)
            #expect(old.decisions.map(\.pipeline) == [nil])
            let new = try await ledger.record(.push("d2", to: "acme/new"), match: matchBranch)
            #expect(new.decisions.map(\.pipeline) == ["app"])
            _ = try await ledger.perform(.delete, on: "app")
            let gone = try await ledger.record(.push("d3", to: "acme/new"), match: matchBranch)
            #expect(gone.decisions.map(\.pipeline) == [nil])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `a delivery id is taken once, unless it is replayed by hand`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            _ = try await ledger.perform(.sample(), on: "app")
            let first = try await ledger.record(.push("d1"), match: matchBranch)
            let again = try await ledger.record(.push("d1"), match: matchBranch)
            #expect(again.isDuplicate)
            #expect(again.decisions.isEmpty)
            #expect(try await ledger.journalEntry(again.sequence)?.outcome == "duplicate")
            let replay = try await ledger.record(.push("d1", replayOf: first.sequence), match: matchBranch)
            #expect(!replay.isDuplicate)
            #expect(replay.decisions.first?.started != nil)
            #expect(try await ledger.record(.push("d1", replayOf: 1), match: matchBranch).isDuplicate == false)
            #expect(try await ledger.executions(of: "app", before: nil, limit: 9).map(\.number) == [4, 3, 2, 1])
            #expect(try await ledger.record(.push("d1"), match: matchBranch).isDuplicate)
            var other = Delivery.push("d1")
            other.hook = "h2"
            #expect(try await ledger.record(other, match: matchBranch).isDuplicate == false)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `a refused delivery doesn't take its id, an ignored one does`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            let refused = Delivery.sample("d1", .refused(code: "badSignature", reason: "the digest differs"))
            for _ in 0..<2 {
                #expect(try await ledger.record(refused, match: matchBranch).isDuplicate == false)
            }
            let ignored = Delivery.sample("d1", .ignored(reason: "a ping"))
            #expect(try await ledger.record(ignored, match: matchBranch).isDuplicate == false)
            #expect(try await ledger.record(ignored, match: matchBranch).isDuplicate)
            let journal = try await ledger.journal(before: nil, limit: 10)
            #expect(journal.map(\.outcome) == ["duplicate", "ignored", "badSignature", "badSignature"])
            #expect(journal.last?.reason == "the digest differs")
            #expect(try await ledger.counts().deliveries == 4)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `a pipeline that refuses to start doesn't hold back the others`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            for name in ["a", "b"] { _ = try await ledger.perform(.sample(PipelineName(name)), on: .init(name)) }
            let receipt = try await ledger.record(.push("d1")) { event, binding in
                guard binding.pipeline == "a" else { return matchBranch(event, binding) }
                return .starts(
                    StartRequest(
                        trigger: ExecutionTrigger(type: .webhookV2),
                        input: StartInput(variables: ["UNKNOWN": "value"])))
            }
            #expect(receipt.decisions.map { $0.started == nil } == [true, false])
            #expect(receipt.decisions[0].reason.contains("UNKNOWN"))
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `two sources of one repository start their pipeline once`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            var declaration = PipelineDeclaration.sample()
            var second = declaration.stages[0].actions[0]
            second.name = "Docs"
            second.outputArtifacts = [ArtifactReference(name: "Docs")]
            declaration.stages[0].actions.append(second)
            _ = try await ledger.perform(
                .create(declaration, trigger: ExecutionTrigger(type: .createPipeline)), on: "app")
            let receipt = try await ledger.record(.push("d1"), match: matchBranch)
            #expect(receipt.decisions.map(\.reason) == ["matched by source Checkout, Docs"])
            let started = try #require(receipt.decisions.first?.started)
            let execution = try #require(try await ledger.execution(started))
            #expect(execution.sourceRevisionOverrides.map(\.actionName) == ["Checkout", "Docs"])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `the journal comes newest first, without bodies`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            for number in 1...5 { _ = try await probe.ledger.record(.push("d\(number)"), match: matchBranch) }
            let page = try await probe.ledger.journal(before: 5, limit: 2)
            #expect(page.map(\.sequence) == [4, 3])
            #expect(page.map(\.deliveryID) == ["d4", "d3"])
            #expect(page.allSatisfy { $0.body == nil && $0.bodySize == 2 })
            #expect(try await probe.ledger.journalEntry(99) == nil)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `an execution leads to the delivery that started it`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            let first = try await ledger.created(.sample())
            #expect(try await ledger.delivery(thatStarted: first) == nil)
            _ = try await ledger.record(.push("d0", to: "acme/none"), match: matchBranch)
            let receipt = try await ledger.record(.push("d1"), match: matchBranch)
            let started = try #require(receipt.decisions.first?.started)
            try await ledger.runAll()
            let entry = try #require(try await ledger.delivery(thatStarted: started))
            #expect(entry.sequence == receipt.sequence)
            #expect(entry.body == nil)
            #expect(entry.decisions == receipt.decisions)
            #expect(try await ledger.delivery(thatStarted: "nothing") == nil)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `a start that had been asked for before stays the first delivery's`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            _ = try await ledger.created(.sample())
            func record(_ id: String) async throws -> DeliveryReceipt {
                try await ledger.record(.push(id)) { event, binding in
                    guard case .starts(var request) = matchBranch(event, binding) else { return .no(reason: "no") }
                    request.clientRequestToken = "token"
                    return .starts(request)
                }
            }
            let first = try await record("d1")
            let second = try await record("d2")
            let started = try #require(second.decisions.first?.started)
            #expect(first.decisions.first?.started == started)
            #expect(second.decisions.first?.reason == "the same start had been asked for before")
            #expect(try await ledger.delivery(thatStarted: started)?.sequence == first.sequence)
        }
    }

    // MARK: Questions

    @Test(arguments: LedgerKind.allCases)
    func `a question is asked after its delivery, and its answer tells what became of it`(
        _ kind: LedgerKind
    ) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            _ = try await ledger.created(.sample())
            let receipt = try await ledger.record(.push("d1"), match: askAlways)
            let asked = try #require(receipt.decisions.first)
            #expect(asked.reason == "the host is asked which paths have changed")
            let errand = try #require(try await ledger.claimAll().first { !$0.isRun })
            guard case .askChangedPaths(let question) = errand.effect.kind else {
                Issue.record("no question: \(errand.effect.kind)")
                return
            }
            #expect(question.delivery == receipt.sequence)
            #expect(asked.question == question.id)
            #expect(errand.effect.subject == .errand(question.id))
            guard
                case .started(let id, again: false) = try await ledger.finish(
                    errand.id, reporting: errand.success, on: "app")
            else {
                Issue.record("nothing was started")
                return
            }
            let entry = try #require(try await ledger.delivery(thatStarted: id))
            #expect(entry.sequence == receipt.sequence)
            #expect(
                entry.decisions == [
                    DeliveryDecision(pipeline: "app", started: id, reason: "a changed path matches the filter")
                ])
            let again = try await ledger.finish(errand.id, reporting: errand.success, on: "app")
            #expect(again == .ignored(reason: "the question has been answered before"))
            #expect(try await ledger.executions(of: "app", before: nil, limit: 9).map(\.number) == [2, 1])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `an answer that can't be had yet is asked for again, and each says its word`(
        _ kind: LedgerKind
    ) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            _ = try await ledger.created(.sample())
            let receipt = try await ledger.record(.push("d1"), match: askAlways)
            let errand = try #require(try await ledger.claimAll().first { !$0.isRun })
            guard case .askChangedPaths(let question) = errand.effect.kind else { return }
            let later = PipelineCommand.changedPaths(question, .unavailable(reason: "the host is down"))
            _ = try await ledger.finish(errand.id, reporting: later, on: "app")
            let waiting = try #require(try await ledger.journalEntry(receipt.sequence)?.decisions.first)
            #expect(waiting.question == question.id)
            #expect(waiting.reason.contains("the host is down"))
            #expect(try await ledger.claimAll().isEmpty)
            probe.clock.advance(20)
            let next = try #require(try await ledger.claimAll().first)
            #expect(next.effect.subject == errand.effect.subject)
            _ = try await ledger.finish(next.id, reporting: next.failure, on: "app")
            let last = try #require(try await ledger.journalEntry(receipt.sequence)?.decisions)
            #expect(last.map(\.question) == [nil])
            #expect(last[0].reason.contains("the commit is gone"))
            #expect(try await ledger.executions(of: "app", before: nil, limit: 9).count == 1)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `two questions of one pipeline are answered apart`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            var declaration = PipelineDeclaration.sample()
            var second = declaration.stages[0].actions[0]
            second.name = "Docs"
            second.outputArtifacts = [ArtifactReference(name: "Docs")]
            declaration.stages[0].actions.append(second)
            _ = try await ledger.created(declaration)
            let receipt = try await ledger.record(.push("d1"), match: askAlways)
            #expect(receipt.decisions.count == 2)
            let errands = try await ledger.claimAll().filter { !$0.isRun }
            #expect(errands.count == 2)
            _ = try await ledger.finish(errands[1].id, reporting: errands[1].success, on: "app")
            let half = try #require(try await ledger.journalEntry(receipt.sequence)?.decisions)
            #expect(half.map { $0.question == nil } == [false, true])
            #expect(half.map { $0.started == nil } == [true, false])
            _ = try await ledger.finish(errands[0].id, reporting: errands[0].failure, on: "app")
            let both = try #require(try await ledger.journalEntry(receipt.sequence)?.decisions)
            #expect(both.map(\.question) == [nil, nil])
            #expect(both[0].reason.contains("the commit is gone"))
            #expect(both[1].started != nil)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `an answer that comes after its delivery is forgotten starts all the same`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            _ = try await ledger.created(.sample())
            _ = try await ledger.record(.push("d1"), match: askAlways)
            _ = try await ledger.prune(RetentionPolicy(deliveriesMaxCount: 0), at: probe.clock.now)
            let errand = try #require(try await ledger.claimAll().first { !$0.isRun })
            guard
                case .started(let id, again: false) = try await ledger.finish(
                    errand.id, reporting: errand.success, on: "app")
            else {
                Issue.record("nothing was started")
                return
            }
            #expect(try await ledger.delivery(thatStarted: id) == nil)
            #expect(try await ledger.journal(before: nil, limit: 9).isEmpty)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `questions go with their pipeline`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let ledger = probe.ledger
            _ = try await ledger.created(.sample())
            _ = try await ledger.record(.push("d1"), match: askAlways)
            _ = try await ledger.perform(.delete, on: "app")
            #expect(try await ledger.claimAll().map(\.effect.kind) == [.cancelAction])
        }
    }
}
