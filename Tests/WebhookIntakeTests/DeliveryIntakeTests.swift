import Foundation
import PipelineEngine
import PipelineModel
import PluginKit
import Testing

@testable import WebhookIntake

@Suite struct DeliveryIntakeTests {
    private let push = "push acme/app main 0123456789012345678901234567890123456789"

    @Test func `a signed push starts the pipeline at its commit`() async throws {
        let bench = try await IntakeBench()
        #expect(await bench.post(push) == .accepted)
        let execution = try #require(try await bench.started().first)
        #expect(execution.trigger.detail?.hasSuffix(":webhook:main-hook") == true)
        #expect(execution.sourceRevisionOverrides.map(\.revisionValue) == ["0123456789012345678901234567890123456789"])
        let entry = try #require(try await bench.journal().first)
        #expect(entry.outcome == "accepted" && entry.decisions.first?.started == execution.id)
        #expect(entry.headers["x-token"] == nil && entry.headers["x-signature"] == nil)
    }

    @Test func `the secret before a rotation is good as well`() async throws {
        let bench = try await IntakeBench()
        #expect(await bench.post(push, secret: "old") == .accepted)
    }

    @Test func `the same delivery id again starts nothing`() async throws {
        let bench = try await IntakeBench()
        #expect(await bench.post(push) == .accepted)
        #expect(await bench.post(push) == .duplicate)
        #expect(try await bench.started().count == 1)
    }

    @Test func `a replay by hand starts it again`() async throws {
        let bench = try await IntakeBench()
        _ = await bench.post(push)
        let sequence = try #require(try await bench.journal().first?.sequence)
        let entry = try #require(try await bench.ledger.journalEntry(sequence))
        let receipt = try await bench.intake.replay(entry)
        #expect(receipt.decisions.first?.started != nil)
        #expect(try await bench.started().count == 2)
    }

    @Test func `only accepted deliveries can be replayed`() async throws {
        let bench = try await IntakeBench()
        _ = await bench.post(push, secret: "wrong")
        let entry = try #require(try await bench.journal().first)
        await #expect(throws: ReplayError.notAccepted(outcome: "wrong-signature")) {
            try await bench.intake.replay(entry)
        }
    }

    @Test(
        arguments: [
            ("nothing at all", "new", "hook-id", IntakeAnswer.ignored),
            ("push acme/app main 0123", "wrong", "hook-id", .wrongSignature),
            ("push acme/app main 0123", nil, "hook-id", .wrongSignature),
            ("push acme/app main 0123", "new", "another", .unknownHook),
            ("gibberish", "new", "hook-id", .notJSON),
            ("half", "new", "hook-id", .unexpectedPayload),
        ] as [(String, String?, String, IntakeAnswer)])
    func `what starts nothing has a code for the sender and a reason in the journal`(
        body: String, secret: String?, hook: String, answer: IntakeAnswer
    ) async throws {
        let bench = try await IntakeBench()
        #expect(await bench.post(body, secret: secret, to: HookID(hook)) == answer)
        #expect(try await bench.started().isEmpty)
        let entry = try #require(try await bench.journal().first)
        #expect(entry.outcome == (answer == .ignored ? "ignored" : answer.code))
        #expect(entry.reason?.isEmpty == false)
    }

    @Test func `the body of a sender without the secret is not kept`() async throws {
        let bench = try await IntakeBench()
        _ = await bench.post(push, secret: "wrong")
        #expect(try await bench.journal().first?.bodySize == 0)
    }

    @Test func `an unauthenticated hook takes what it gets`() async throws {
        let bench = try await IntakeBench(authentication: .unauthenticated)
        #expect(await bench.post(push, secret: nil) == .accepted)
    }

    @Test func `a flood of refusals does not fill the journal`() async throws {
        let bench = try await IntakeBench()
        for number in 0..<300 { _ = await bench.post(push, id: "d-\(number)", secret: "wrong") }
        #expect(try await bench.ledger.counts().deliveries == 200)
    }

    @Test func `a body that was too large is journaled without it`() async throws {
        let bench = try await IntakeBench()
        let answer = await bench.intake.refuseTooLarge(headers: [("X-Delivery", "big")], limit: 10, at: "hook-id")
            .answer
        #expect(answer == .tooLarge)
        #expect(try await bench.journal().first?.reason == "the body is larger than 10 bytes")
    }

    private static let trigger = TriggerDeclaration(
        gitConfiguration: GitConfiguration(
            sourceActionName: "Checkout",
            push: [
                PushFilter(
                    branches: FilterCriteria(includes: ["release/**"]), filePaths: FilterCriteria(includes: ["src/**"]))
            ],
            pullRequest: [PullRequestFilter(events: [.open, .updated], branches: FilterCriteria(includes: ["main"]))]))

    private static let head = "89abcdef0123456789abcdef0123456789abcdef"

    @Test func `a signed pull request starts the pipeline at its head, and the source action gets its facts`()
        async throws
    {
        let bench = try await IntakeBench(triggers: [Self.trigger])
        #expect(await bench.post("request acme/app UPDATED main \(Self.head)") == .accepted)
        let execution = try #require(try await bench.started().first)
        #expect(execution.trigger.type == .webhookV2)
        #expect(execution.trigger.detail?.contains(#""pull-request-id":"7""#) == true)
        #expect(execution.sourceRevisionOverrides.map(\.revisionValue) == [Self.head])
        let facts = [
            "PullRequestId": "7", "PullRequestTitle": "Cards", "SourceBranchName": "cards",
            "DestinationBranchName": "main",
        ]
        #expect(execution.eventVariables == facts)
        // What the pipeline's creation started holds the stage: it had no event, and makes room.
        let created = try #require(try await bench.claimedWork().first)
        #expect(created.action.executionID != execution.id && created.eventVariables == nil)
        _ = try await bench.ledger.perform(
            .actionFailed(ActionReference(created.action), FailureDetails(.jobFailed, "no")), on: "app")
        #expect(try await bench.claimedWork().map(\.eventVariables) == [facts])
    }

    @Test(arguments: [
        (
            "request acme/app CLOSED main \(head)",
            "pull request filter 1: the event is CLOSED, not one of OPEN, UPDATED"
        ),
        (
            "request acme/app OPEN dev \(head)",
            "pull request filter 1: target branch 'dev' matches none of the includes [main]"
        ),
        (
            "push acme/app main \(head)", "push filter 1: branch 'main' matches none of the includes [release/**]"
        ),
        (
            "push acme/app release/1 \(head)",
            "push filter 1: branch 'release/1' is new, and the first push never passes file paths"
        ),
    ])
    func `what a filter keeps out is journaled with the filter's reason`(body: String, reason: String) async throws {
        let bench = try await IntakeBench(triggers: [Self.trigger])
        #expect(await bench.post(body) == .accepted)
        #expect(try await bench.started().isEmpty)
        #expect(try await bench.journal().first?.decisions == [.init(pipeline: "app", started: nil, reason: reason)])
    }
}
