import Crypto
import Foundation
import Logging
import PipelineEngine
import PipelineModel
import PipelineStore
import PluginKit
import PluginKitTesting
import Testing

@testable import WebhookIntake

/// Webhooks of PutWebhook over a ledger in memory that holds one pipeline with a version 1 source, branch `main`.
private struct WebhookBench {
    static let secret = "hush"
    static let arn = "arn:aws:codepipeline:us-east-1:000000000000:webhook:w"

    let ledger = InMemoryLedger(settings: EngineSettings(), clock: { 2000 })
    let directory: RegisteredWebhooks
    let intake: DeliveryIntake

    init(_ authentication: WebhookRecord.Authentication, filters: [WebhookRecord.Filter], sha1: Bool = false)
        async throws
    {
        directory = RegisteredWebhooks(
            registry: ledger, vault: PlainVault(), arn: { _ in Self.arn }, logger: Self.logger)
        intake = DeliveryIntake(
            hooks: FixedHooks([]),
            webhooks: WebhookCalls(
                webhooks: directory, ledger: ledger, allowsSHA1: sha1, now: { 2000 }, logger: Self.logger),
            connections: GivenConnections([]), ledger: ledger, webhookARN: { $0 }, now: { 2000 }, logger: Self.logger)
        _ = try await ledger.perform(
            .create(Self.pipeline, trigger: ExecutionTrigger(type: .createPipeline)), on: "app")
        try await put(
            WebhookRecord(
                name: "w", hook: "hook", targetPipeline: "app", targetAction: "Fetch", filters: filters,
                authentication: authentication, tags: [:]))
    }

    func put(_ record: WebhookRecord) async throws {
        try await ledger.change(registry: [.put(try record.entry())])
        try await directory.refresh()
    }

    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    static let pipeline = PipelineDeclaration(
        name: "app", roleArn: "arn:aws:iam::000000000000:role/p",
        artifactStore: ArtifactStoreDeclaration(location: "artifacts"),
        stages: [
            StageDeclaration(
                name: "Source",
                actions: [
                    ActionDeclaration(
                        name: "Fetch",
                        actionTypeId: ActionTypeID(category: .source, owner: .thirdParty, provider: "GitHub"),
                        configuration: [
                            "Owner": .plain("acme"), "Repo": .plain("app"), "Branch": .plain("main"),
                        ])
                ])
        ])

    static let branch = WebhookRecord.Filter(jsonPath: "$.ref", matchEquals: "refs/heads/{Branch}")

    func post(
        _ body: String, headers: [(name: String, value: String)] = [], signed: Bool = false, from address: String? = nil
    ) async -> IntakeAnswer {
        var headers = headers
        if signed { headers.append(("X-Hub-Signature-256", "sha256=" + Self.sha256(body))) }
        let delivery = WebhookDelivery(headers: headers, body: Data(body.utf8), remoteAddress: address)
        return await intake.accept(delivery, at: "hook").answer
    }

    static func sha256(_ body: String) -> String {
        hex(HMAC<SHA256>.authenticationCode(for: Data(body.utf8), using: SymmetricKey(data: Data(secret.utf8))))
    }

    static func sha1(_ body: String) -> String {
        hex(HMAC<Insecure.SHA1>.authenticationCode(for: Data(body.utf8), using: SymmetricKey(data: Data(secret.utf8))))
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { String(format: "%02x", $0) }.joined()
    }

    func started() async throws -> [PipelineExecution] {
        try await ledger.executions(of: "app", before: nil, limit: 100).filter { $0.trigger.type == .webhook }
    }

    /// What the newest entry of the journal says.
    func newest() async throws -> JournalEntry {
        let sequence = try #require(try await ledger.journal(before: nil, limit: 1).first?.sequence)
        return try #require(try await ledger.journalEntry(sequence))
    }
}

/// Hides nothing.
private struct PlainVault: SecretVault {
    struct Broken: Error {}

    func seal(_ text: String) -> SealedSecret { SealedSecret(keyID: "k", box: text) }
    func open(_ secret: SealedSecret) throws -> String {
        guard secret.keyID == "k" else { throw Broken() }
        return secret.box
    }
}

@Suite struct WebhookCallsTests {
    private static let hmac = WebhookRecord.Authentication.gitHubHMAC(
        secret: SealedSecret(keyID: "k", box: WebhookBench.secret))
    private static let push = #"{"ref": "refs/heads/main"}"#

    @Test func `a signed delivery whose filters match starts the pipeline at its newest commit`() async throws {
        let bench = try await WebhookBench(Self.hmac, filters: [WebhookBench.branch])
        let headers = [(name: "X-GitHub-Delivery", value: "d-1"), (name: "X-GitHub-Event", value: "push")]
        #expect(await bench.post(Self.push, headers: headers, signed: true) == .accepted)
        let execution = try #require(try await bench.started().first)
        #expect(execution.trigger == ExecutionTrigger(type: .webhook, detail: WebhookBench.arn))
        #expect(execution.sourceRevisionOverrides == [])
        #expect(try await bench.ledger.registered(.webhookTrigger).map(\.updated) == [2000])
        let entry = try await bench.newest()
        #expect(entry.outcome == "accepted" && entry.hookName == "w" && entry.event == "push")
        #expect(entry.provider == "PutWebhook" && entry.deliveryID == "d-1")
        #expect(await bench.post(Self.push, headers: headers, signed: true) == .duplicate)
        #expect(try await bench.started().count == 1)
    }

    @Test func `a delivery without an id is one of its own each time`() async throws {
        let bench = try await WebhookBench(.unauthenticated, filters: [])
        for _ in 0..<2 { #expect(await bench.post("anything") == .accepted) }
        #expect(try await bench.started().count == 2)
    }

    struct Miss: Sendable, CustomTestStringConvertible {
        let filters: [WebhookRecord.Filter]
        let body: String
        let reason: String
        var testDescription: String { reason }
    }

    private static func filter(_ path: String, _ equals: String? = nil) -> WebhookRecord.Filter {
        .init(jsonPath: path, matchEquals: equals)
    }

    static let misses: [Miss] = [
        Miss(
            filters: [WebhookBench.branch], body: #"{"ref": "refs/heads/next"}"#,
            reason: "$.ref is 'refs/heads/next', not 'refs/heads/main'"),
        Miss(filters: [WebhookBench.branch], body: #"{"zen": "ping"}"#, reason: "$.ref selects nothing"),
        Miss(filters: [filter("$.a")], body: "{}", reason: "$.a selects nothing"),
        Miss(
            filters: [WebhookBench.branch, filter("$.a", "1")], body: #"{"ref": "refs/heads/main", "a": 2}"#,
            reason: "$.a is '2', not '1'"),
        Miss(filters: [filter("$.a[*]", "1")], body: #"{"a": [1, 1]}"#, reason: "$.a[*] selects 2 values, not one"),
        Miss(filters: [filter("$.a", "x")], body: #"{"a": {}}"#, reason: "$.a selects no text, number or boolean"),
        Miss(
            filters: [filter("$.a", "{Gone}")], body: #"{"a": "x"}"#,
            reason: "$.a can't be compared: the target action has no value for {Gone}"),
    ]

    @Test(arguments: misses)
    func `a miss is answered 200 and says why in the journal`(miss: Miss) async throws {
        let bench = try await WebhookBench(.unauthenticated, filters: miss.filters)
        #expect(await bench.post(miss.body) == .ignored)
        #expect(try await bench.newest().decisions.map(\.reason) == [miss.reason])
        #expect(try await bench.started().isEmpty)
        #expect(try await bench.ledger.registered(.webhookTrigger) == [])
    }

    @Test func `a form's payload and a Jenkins notification are read`() async throws {
        let form = try await WebhookBench(Self.hmac, filters: [WebhookBench.branch])
        let body = "payload=%7B%22ref%22%3A+%22refs%2Fheads%2Fmain%22%7D"
        let headers = [(name: "Content-Type", value: "application/x-www-form-urlencoded; charset=utf-8")]
        #expect(await form.post(body, headers: headers, signed: true) == .accepted)
        #expect(await form.post(Self.push, headers: headers, signed: true) == .accepted)
        #expect(await form.post("x=1", headers: headers, signed: true) == .notJSON)
        let jenkins = try await WebhookBench(
            .unauthenticated,
            filters: [
                Self.filter("$.build.phase", "COMPLETED"), Self.filter("$.build.scm.branch", "origin/{Branch}"),
                Self.filter("$.build.status", "SUCCESS"),
            ])
        let notification = #"""
            {"name": "app", "url": "job/app/", "build": {"number": 7, "phase": "COMPLETED", "status": "SUCCESS",
             "scm": {"branch": "origin/main"}}}
            """#
        #expect(await jenkins.post(notification) == .accepted)
        #expect(await jenkins.post(#"{"name": "app", "build": {"phase": "STARTED"}}"#) == .ignored)
    }

    @Test func `who has not the secret is refused`() async throws {
        let bench = try await WebhookBench(Self.hmac, filters: [])
        func expect(_ reason: String, _ header: (name: String, value: String)?) async throws {
            #expect(await bench.post(Self.push, headers: header.map { [$0] } ?? []) == .wrongSignature)
            let entry = try await bench.newest()
            #expect(entry.outcome == "wrong-signature" && entry.reason?.contains(reason) == true, "\(entry)")
            #expect(entry.body?.isEmpty != false)
        }
        try await expect("X-Hub-Signature-256 is missing", nil)
        try await expect("does not match", ("X-Hub-Signature-256", "sha256=" + WebhookBench.sha256("other")))
        try await expect("prefix", ("X-Hub-Signature-256", "sha256="))
        try await expect("prefix", ("X-Hub-Signature-256", "sha1=00"))
        try await expect("allow_sha1", ("X-Hub-Signature", "sha1=" + WebhookBench.sha1(Self.push)))
        #expect(try await bench.started().isEmpty)
    }

    @Test func `SHA-1 is taken where it is allowed and nothing better is there`() async throws {
        let bench = try await WebhookBench(Self.hmac, filters: [], sha1: true)
        let good = (name: "X-Hub-Signature", value: "sha1=" + WebhookBench.sha1(Self.push))
        #expect(await bench.post(Self.push, headers: [good]) == .accepted)
        let wrong = (name: "X-Hub-Signature", value: "sha1=" + WebhookBench.sha1("other"))
        #expect(await bench.post(Self.push, headers: [wrong]) == .wrongSignature)
        let better = (name: "X-Hub-Signature-256", value: "sha256=" + WebhookBench.sha256("other"))
        #expect(await bench.post(Self.push, headers: [good, better]) == .wrongSignature)
    }

    @Test func `an address range lets in its own`() async throws {
        let bench = try await WebhookBench(.addressRange("192.0.2.0/24"), filters: [])
        #expect(await bench.post("x", from: "192.0.2.9") == .accepted)
        #expect(await bench.post("x", from: "192.0.3.9") == .wrongAddress)
        #expect(await bench.post("x", from: nil) == .wrongAddress)
        #expect(IntakeAnswer.wrongAddress.status == 403)
    }

    @Test func `a secret that can't be opened lets nobody in`() async throws {
        let foreign = SealedSecret(keyID: "other", box: WebhookBench.secret)
        let bench = try await WebhookBench(.gitHubHMAC(secret: foreign), filters: [])
        #expect(await bench.post(Self.push, signed: true) == .wrongSignature)
    }

    @Test func `the configuration that counts is that of the write`() async throws {
        let bench = try await WebhookBench(.unauthenticated, filters: [WebhookBench.branch])
        var changed = WebhookBench.pipeline
        changed.stages[0].actions[0].configuration["Branch"] = .plain("next")
        _ = try await bench.ledger.perform(.update(changed), on: "app")
        #expect(await bench.post(Self.push) == .ignored)
        #expect(await bench.post(#"{"ref": "refs/heads/next"}"#) == .accepted)
        changed.stages[0].actions[0].name = "Other"
        _ = try await bench.ledger.perform(.update(changed), on: "app")
        #expect(await bench.post(Self.push) == .ignored)
        #expect(try await bench.newest().decisions.first?.reason.contains("no source action 'Fetch'") == true)
        _ = try await bench.ledger.perform(.delete, on: "app")
        #expect(await bench.post(Self.push) == .ignored)
        #expect(try await bench.newest().decisions.first?.reason == "there is no pipeline 'app'")
    }

    @Test func `a delivery is replayed with the webhook of today`() async throws {
        let bench = try await WebhookBench(.unauthenticated, filters: [WebhookBench.branch])
        #expect(await bench.post(#"{"ref": "refs/heads/next"}"#) == .ignored)
        let entry = try await bench.newest()
        try await bench.put(
            WebhookRecord(
                name: "w", hook: "hook", targetPipeline: "app", targetAction: "Fetch", filters: [],
                authentication: .unauthenticated, tags: [:]))
        let receipt = try await bench.intake.replay(entry)
        #expect(receipt.decisions.first?.started != nil)
        try await bench.ledger.change(registry: [.remove(.webhook, name: "w")])
        try await bench.directory.refresh()
        await #expect(throws: ReplayError.hookIsGone("w")) { try await bench.intake.replay(entry) }
        #expect(await bench.post("x") == .unknownHook)
    }

    @Test func `what is too large is journaled under the webhook's name`() async throws {
        let bench = try await WebhookBench(.unauthenticated, filters: [])
        #expect(await bench.intake.refuseTooLarge(headers: [], limit: 5, at: "hook").answer == .tooLarge)
        #expect(try await bench.newest().hookName == "w")
        let bad = try await WebhookBench(.unauthenticated, filters: [WebhookBench.branch])
        #expect(await bad.post("not json") == .notJSON)
        #expect(try await bad.newest().body == Data("not json".utf8))
    }

    @Test func `a hook at a standstill starts nothing and says why`() {
        var hook = Hook(
            id: "h", name: "h", translator: .immediate(PlainWebhook()), authentication: .unauthenticated,
            connection: IntakeBench.connection, servesGitHubV1: false)
        hook.standstill = "the connection 'host' is PENDING"
        let event = SourceEvent(
            repository: "acme/app", change: .branchPushed(branch: "main", before: nil, after: "c1", forced: nil))
        let binding = SourceBinding(
            pipeline: "app", action: "Checkout", origin: .connection(IntakeBench.connection.arn),
            repository: "acme/app", branch: "main")
        let verdict = Matchmaker(hook: hook, webhookARN: "arn").verdict(on: event, for: binding)
        #expect(verdict == .no(reason: "the connection 'host' is PENDING"))
    }
}
