import Foundation
import PipelineEngine
import PipelineModel
import PluginKit
import Testing

@testable import WebhookIntake

@Suite struct MatchmakerTests {
    private static let old = "arn:aws:codestar-connections:us-east-1:000000000000:connection/host"
    private static let other = "arn:aws:codeconnections:us-east-1:000000000000:connection/other"

    private func reason(
        _ change: SourceEvent.Change, origin: SourceBinding.Origin, v1: Bool = false
    ) -> String {
        let hook = Hook(
            id: "id", name: "hook", translator: .immediate(PlainWebhook()), authentication: .unauthenticated,
            connection: IntakeBench.connection, servesGitHubV1: v1)
        let binding = SourceBinding(
            pipeline: "app", action: "Checkout", origin: origin, repository: "acme/app", branch: "main")
        let event = SourceEvent(repository: "acme/app", change: change)
        return Self.words(Matchmaker(hook: hook, webhookARN: "arn").verdict(on: event, for: binding))
    }

    static func words(_ verdict: MatchVerdict) -> String {
        switch verdict {
        case .starts(let request): "starts at \(request.input.sourceRevisions.map(\.revisionValue).joined())"
        case .asks(let question): "asks about \(question.change)"
        case .no(let reason): reason
        }
    }

    @Test(arguments: [
        (SourceEvent.Change.branchPushed(branch: "main", before: nil, after: "c1", forced: nil), "starts at c1"),
        (
            .branchPushed(branch: "dev", before: nil, after: "c1", forced: nil),
            "the push is to branch 'dev', the source follows 'main'"
        ),
        (
            .branchPushed(branch: "main", before: "c1", after: "c1", forced: nil),
            "branch 'main' points where it pointed before"
        ),
        (.branchDeleted(branch: "main", before: "c0"), "branch 'main' was deleted"),
        (.tagPushed(tag: "v1", commit: "c1"), "the push is to tag 'v1', the source follows branch 'main'"),
        (.tagDeleted(tag: "v1"), "tag 'v1' was deleted"),
        (
            .pullRequest(
                .init(event: .open, number: 1, sourceBranch: "main", targetBranch: "main", head: "c1")),
            "the source follows pushes to branch 'main'"
        ),
    ])
    func `a push to the source's branch starts it, anything else says why not`(
        change: SourceEvent.Change, expected: String
    ) {
        #expect(reason(change, origin: .connection(ConnectionARN(Self.old))) == expected)
    }

    @Test func `a hook speaks for its own connection only`() {
        let push = SourceEvent.Change.branchPushed(branch: "main", before: nil, after: "c1", forced: nil)
        #expect(reason(push, origin: .connection(ConnectionARN(Self.other))).contains("the source uses the connection"))
        #expect(reason(push, origin: .gitHubV1).contains("version 1"))
        #expect(reason(push, origin: .gitHubV1, v1: true) == "starts at c1")
    }

    /// The order of reasons goes by their words.
    @Test func `reasons weigh what they say`() {
        func weight(_ change: SourceEvent.Change, _ origin: SourceBinding.Origin) -> DeliveryDecision.Weight {
            DeliveryDecision(pipeline: "p", started: nil, reason: reason(change, origin: origin)).weight
        }
        let push = SourceEvent.Change.branchPushed(branch: "dev", before: nil, after: "c1", forced: nil)
        #expect(weight(push, .connection(ConnectionARN(Self.other))) == .elsewhere)
        #expect(weight(push, .gitHubV1) == .elsewhere)
        let own = SourceBinding.Origin.connection(ConnectionARN(Self.old))
        for change in [
            push, .branchDeleted(branch: "main", before: "c0"), .tagPushed(tag: "v1", commit: "c1"),
            .tagDeleted(tag: "v1"),
            .branchPushed(branch: "main", before: "c1", after: "c1", forced: nil),
            .pullRequest(.init(event: .open, number: 1, sourceBranch: "main", targetBranch: "main", head: "c1")),
        ] { #expect(weight(change, own) == .filtered, "\(change)") }
    }
}
