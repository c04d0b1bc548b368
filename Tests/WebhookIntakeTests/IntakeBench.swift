import Crypto
import Foundation
import Logging
import PipelineEngine
import PipelineModel
import PipelineStore
import PluginKit
import PluginKitTesting

@testable import WebhookIntake

/// A host whose payload says in plain words what happened: `push REPOSITORY BRANCH COMMIT`, `request REPOSITORY EVENT
/// TARGET HEAD`, `nothing`, or junk.
struct PlainWebhook: WebhookProvider {
    let name = "Plain"
    let signature = WebhookSignature.hmacSHA256(header: "X-Signature", prefix: "sha256=")
    let deliveryIDHeaders = ["X-Delivery"]
    let eventHeaders = ["X-Event"]
    let unsignedEvents: Set<String> = ["test"]

    func parse(_ delivery: VerifiedDelivery) throws(PayloadError) -> ParsedDelivery {
        let words = String(decoding: delivery.delivery.body, as: UTF8.self).split(separator: " ").map(String.init)
        switch (words.first, words.count) {
        case ("push", 4):
            return ParsedDelivery(events: [
                SourceEvent(
                    repository: words[1],
                    change: .branchPushed(branch: words[2], before: nil, after: words[3], forced: nil))
            ])
        case ("request", 5):
            guard let event = PullRequestEvent(rawValue: words[2]) else { throw .unexpectedShape("the event") }
            let request = SourceEvent.PullRequest(
                event: event, number: 7, title: "Cards", sourceBranch: "cards", targetBranch: words[3], head: words[4],
                fromFork: false)
            return ParsedDelivery(events: [SourceEvent(repository: words[1], change: .pullRequest(request))])
        // Open facts: a tag that may be an object of its own.
        case ("tag", 4):
            return ParsedDelivery(events: [
                SourceEvent(
                    repository: words[1], change: .tagPushed(tag: words[2], commit: words[3]),
                    unresolved: .taggedCommit)
            ])
        case ("moved", 5):
            return ParsedDelivery(events: [
                SourceEvent(
                    repository: words[1],
                    change: .branchPushed(branch: words[2], before: words[3], after: words[4], forced: nil))
            ])
        case ("nothing", _): return ParsedDelivery(ignored: "nothing happened")
        case ("half", _): throw .unexpectedShape("the other half")
        default: throw .notJSON("no word of it")
        }
    }
}

/// An intake over a ledger in memory that holds one pipeline: `acme/app`, branch `main`.
struct IntakeBench {
    static let connection = Connection(
        name: "host", arn: "arn:aws:codeconnections:us-east-1:000000000000:connection/host", provider: "Plain",
        url: "https://example.com")

    let ledger: any Ledger
    let intake: DeliveryIntake
    let hooks: FixedHooks

    init(
        authentication: Hook.Authentication = .secrets([Data("new".utf8), Data("old".utf8)]),
        ledger: (any Ledger)? = nil, triggers: [TriggerDeclaration]? = nil, allowed: [String] = [],
        rules: [StartRule] = [], translator: Hook.Translator = .immediate(PlainWebhook())
    ) async throws {
        let memory = InMemoryLedger(settings: EngineSettings(), clock: { 1000 })
        self.ledger = ledger ?? memory
        if ledger == nil {
            var pipeline = Self.pipeline
            if let triggers {
                pipeline.pipelineType = .v2
                pipeline.triggers = triggers
            }
            _ = try await memory.perform(
                .create(pipeline, trigger: ExecutionTrigger(type: .createPipeline)), on: "app")
        }
        let hook = Hook(
            id: "hook-id", name: "main-hook", translator: translator, authentication: authentication,
            connection: Self.connection, servesGitHubV1: false, allowed: allowed.compactMap(AddressRange.init),
            rules: rules)
        hooks = FixedHooks([hook])
        intake = DeliveryIntake(
            hooks: hooks, connections: GivenConnections([Self.connection]), ledger: self.ledger,
            webhookARN: { "arn:aws:codepipeline:us-east-1:000000000000:webhook:\($0)" },
            now: { 1000 }, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    static let pipeline = PipelineDeclaration(
        name: "app", roleArn: "arn:aws:iam::000000000000:role/p",
        artifactStore: ArtifactStoreDeclaration(location: "artifacts"),
        stages: [
            StageDeclaration(
                name: "Source",
                actions: [
                    ActionDeclaration(
                        name: "Checkout",
                        actionTypeId: ActionTypeID(
                            category: .source, owner: .aws, provider: "CodeStarSourceConnection"),
                        configuration: [
                            "ConnectionArn": .plain(connection.arn.rawValue), "FullRepositoryId": .plain("Acme/App"),
                            "BranchName": .plain("main"),
                        ])
                ])
        ])

    func post(
        _ body: String, id: String = "d-1", secret: String? = "new", to hook: HookID = "hook-id",
        event: String = "push",
        from address: String? = nil
    ) async -> IntakeAnswer {
        await reply(body, id: id, secret: secret, to: hook, event: event, from: address).answer
    }

    func reply(
        _ body: String, id: String = "d-1", secret: String? = "new", to hook: HookID = "hook-id",
        event: String = "push",
        from address: String? = nil
    ) async -> IntakeReply {
        var headers: [(name: String, value: String)] = [("x-delivery", id), ("X-Event", event), ("X-Token", "t0ken")]
        if let secret { headers.append(("X-Signature", Self.signature(of: body, secret: secret))) }
        var delivery = WebhookDelivery(headers: headers, body: Data(body.utf8))
        delivery.remoteAddress = address
        return await intake.accept(delivery, at: hook)
    }

    static func signature(of body: String, secret: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Data(body.utf8), using: SymmetricKey(data: Data(secret.utf8)))
        return "sha256=" + code.map { String(format: "%02x", $0) }.joined()
    }

    /// Executions that a webhook started.
    func started() async throws -> [PipelineExecution] {
        try await ledger.executions(of: "app", before: nil, limit: 100).filter {
            $0.trigger.type == .webhook || $0.trigger.type == .webhookV2
        }
    }

    /// The work that is due for runners.
    func claimedWork() async throws -> [ActionWork] {
        try await ledger.claim(limit: 100, worker: WorkerID("w"), lease: 60).compactMap { claimed in
            if case .runAction(let work) = claimed.effect.kind { work } else { nil }
        }
    }

    func journal() async throws -> [JournalEntry] { try await ledger.journal(before: nil, limit: 100) }
}
