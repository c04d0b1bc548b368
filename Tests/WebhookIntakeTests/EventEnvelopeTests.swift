import Foundation
import PipelineEngine
import PipelineModel
import PluginKit
import Testing

@testable import WebhookIntake

@Suite struct EventEnvelopeTests {
    private static let entry = JournalEntry(
        sequence: 7, hook: "h1", hookName: "main hook", provider: "GitHub", deliveryID: "d-1", event: "push",
        receivedAt: 1_700_000_000.25, headers: [:], body: nil, bodySize: 0, outcome: "accepted", reason: nil,
        decisions: [], replayOf: nil)

    private static func request(_ event: PullRequestEvent, merged: Bool? = nil) -> SourceEvent.Change {
        .pullRequest(
            SourceEvent.PullRequest(
                event: event, number: 7, sourceBranch: "cards", targetBranch: "main", head: "c", merged: merged))
    }

    static let cases: [(SourceEvent.Change, String, String?, String)] = [
        (
            .branchPushed(branch: "x/y", before: nil, after: "c", forced: nil), "branch.created",
            "branch.created.0.2.0", "acme/app/refs/heads/x/y"
        ),
        (
            .branchPushed(branch: "m", before: "b", after: "c", forced: true), "branch.pushed", nil,
            "acme/app/refs/heads/m"
        ),
        (.branchDeleted(branch: "m", before: "b"), "branch.deleted", "branch.deleted.0.2.0", "acme/app/refs/heads/m"),
        (.tagPushed(tag: "v1", commit: "c"), "tag.pushed", nil, "acme/app/refs/tags/v1"),
        (.tagDeleted(tag: "v1"), "tag.deleted", nil, "acme/app/refs/tags/v1"),
        (request(.open), "pullrequest.opened", "change.created.0.3.0", "acme/app/pull/7"),
        (request(.updated), "pullrequest.updated", "change.updated.0.2.0", "acme/app/pull/7"),
        (request(.closed, merged: true), "pullrequest.merged", "change.merged.0.2.0", "acme/app/pull/7"),
        (request(.closed, merged: false), "pullrequest.closed", "change.abandoned.0.2.0", "acme/app/pull/7"),
        (
            .buildCompleted(.init(system: "Jenkins", job: "a/b", number: "3", status: .failed)), "build.completed",
            "build.finished.0.2.0", "a/b/3"
        ),
        (.release(.init(action: "published", tag: "v1")), "release.changed", nil, "acme/app/releases/v1"),
        (.refsChanged, "refs.changed", nil, "acme/app"),
    ]

    @Test(arguments: cases)
    func `each kind has its name in both vocabularies`(
        change: SourceEvent.Change, type: String, cdType: String?, subject: String
    ) {
        let event = SourceEvent(repository: "acme/app", change: change, sender: .init(id: "42", login: "zoe"))
        let envelope = EventEnvelope(entry: Self.entry, event: event, index: 2)
        let cloud = envelope.cloudEvent
        #expect(cloud["specversion"] == .string("1.0") && cloud["type"] == .string("dev.penstock.\(type)"))
        #expect(cloud["id"] == .string("h1/d-1/2") && cloud["source"] == .string("/hooks/main%20hook"))
        #expect(cloud["subject"] == .string(subject))
        #expect(cloud["time"] == .string("2023-11-14T22:13:20.250Z"))
        #expect(cloud["data"]?["sender"]?["id"] == .string("42"))
        let context = envelope.cdEvent?["context"]
        #expect(context?["type"] == cdType.map { .string("dev.cdevents.\($0)") })
        #expect(context == nil || context?["version"] == .string("0.4.1"))
        #expect(context == nil || envelope.cdEvent?["subject"]?["id"]?.string?.isEmpty == false)
        #expect(envelope.cloudEvent == EventEnvelope(entry: Self.entry, event: event, index: 2).cloudEvent)
    }
}

@Suite struct RehearsalTests {
    @Test func `a dry run says what would start and what not, and writes nothing`() async throws {
        let bench = try await IntakeBench()
        var other = IntakeBench.pipeline
        other.name = "next"
        other.stages[0].actions[0].configuration["BranchName"] = .plain("next")
        _ = try await bench.ledger.perform(.create(other, trigger: ExecutionTrigger(type: .createPipeline)), on: "next")
        _ = await bench.post("push acme/app main 0123")
        let entry = try #require(try await bench.ledger.journalEntry(1))
        let before = try await bench.ledger.counts()
        let said = try await bench.intake.rehearse(entry)
        #expect(said.map(\.pipeline) == ["app", "next"] && said.map(\.wouldStart) == [true, false])
        #expect(said[0].reason == "Checkout at 0123")
        #expect(said[1].reason.contains("the source follows 'next'"))
        #expect(try await bench.intake.rehearse(entry, only: "next").map(\.pipeline) == ["next"])
        await #expect(throws: ReplayError.noPipeline("gone")) { try await bench.intake.rehearse(entry, only: "gone") }
        await #expect(throws: ReplayError.noPipeline("gone")) { try await bench.intake.replay(entry, only: "gone") }
        #expect(try await bench.ledger.counts() == before)
        _ = await bench.post("nothing", id: "2")
        let ping = try #require(try await bench.ledger.journalEntry(2))
        #expect(try await bench.intake.rehearse(ping).map(\.reason) == ["nothing happened"])
        _ = await bench.post("tag acme/app v1 0123", id: "3")
        let open = try #require(try await bench.ledger.journalEntry(3))
        #expect(try await bench.intake.rehearse(open).map(\.wouldStart) == [false])
        #expect(try await bench.intake.replay(entry, only: "next").decisions.map(\.pipeline) == ["next"])
    }
}
