import Foundation
import PipelineEngine
import PipelineModel
import PluginKit
import Testing

@testable import WebhookIntake

/// What senders are told, and what they aren't (spec: triggers-and-webhooks B7).
@Suite struct IntakeReplyTests {
    private let push = "push acme/app main 0123456789012345678901234567890123456789"

    private func json(_ reply: IntakeReply) throws -> SettingValue {
        #expect(reply.isJSON)
        return try JSONDecoder().decode(SettingValue.self, from: Data(reply.body.utf8))
    }

    @Test func `a verified sender learns what its delivery did, and the same when it repeats it`() async throws {
        let bench = try await IntakeBench()
        let first = await bench.reply(push, id: "quo\"ted\u{1}")
        #expect(first.answer.status == 202)
        let told = try json(first)
        let execution = try #require(try await bench.started().first)
        #expect(told["deliveryId"] == .string("quo\"ted\u{1}") && told["number"] == .integer(1))
        #expect(told["verdict"] == .string("started") && told["reason"] == .null)
        #expect(told["executions"] == .list([.string(execution.id.rawValue)]))
        let again = await bench.reply(push, id: "quo\"ted\u{1}")
        #expect(again.answer.status == 200)
        #expect(try json(again) == told)
    }

    @Test func `what starts nothing is accepted all the same, with its reason`() async throws {
        let bench = try await IntakeBench()
        let ignored = await bench.reply("nothing at all")
        #expect(ignored.answer.status == 202)
        #expect(try json(ignored)["reason"] == .string("nothing happened"))
        let again = await bench.reply("nothing at all")
        #expect(try json(again)["reason"] == .string("nothing happened"))
        let elsewhere = await bench.reply("push acme/app next 0123", id: "2")
        let other = try json(elsewhere)
        #expect(other["verdict"] == .string("ignored"))
        #expect(other["reason"]?.string?.contains("the source follows 'main'") == true)
    }

    @Test func `what is looked into is pending`() async throws {
        let bench = try await IntakeBench()
        let reply = await bench.reply("tag acme/app v1 0123")
        #expect(reply.answer == .accepted)
        #expect(try json(reply)["verdict"] == .string("pending"))
        let again = await bench.reply("tag acme/app v1 0123")
        #expect(try json(again)["verdict"] == .string("pending"))
    }

    @Test func `whoever proves nothing gets a bare code`() async throws {
        let bench = try await IntakeBench()
        #expect(await bench.reply(push, secret: "wrong").body == "wrong-signature\n")
        #expect(await bench.reply(push, to: "other").body == "unknown-hook\n")
        let open = try await IntakeBench(authentication: .unauthenticated)
        let reply = await open.reply(push, secret: nil)
        #expect(!reply.isJSON && reply.body == "accepted\n")
    }

    @Test func `a test event that hosts don't sign is answered and not read`() async throws {
        let bench = try await IntakeBench()
        let reply = await bench.reply(push, secret: nil, event: "test")
        #expect(reply.answer.status == 200 && !reply.isJSON)
        let entry = try #require(try await bench.journal().first)
        #expect(entry.outcome == "unsigned-test" && entry.reason == "unsigned test event" && entry.bodySize == 0)
        #expect(try await bench.started().isEmpty)
        // It takes no delivery's id, and a wrong signature is still wrong.
        #expect(await bench.post(push) == .accepted)
        #expect(await bench.post(push, id: "2", secret: "wrong", event: "test") == .wrongSignature)
        for number in 0..<300 { _ = await bench.post(push, id: "t\(number)", secret: nil, event: "test") }
        #expect(try await bench.ledger.counts().deliveries <= 201)
    }

    @Test func `what says most stands first, a stranger's pipelines last`() {
        let elsewhere = (0..<20).map {
            DeliveryDecision(
                pipeline: PipelineName("a\($0)"), started: nil,
                reason: "the source uses the connection arn:a, the hook speaks for arn:b")
        }
        let decisions =
            elsewhere + [
                DeliveryDecision(
                    pipeline: "m", started: nil, reason: "the push is to branch 'dev', the source follows 'main'"),
                DeliveryDecision(
                    pipeline: "y", started: nil, reason: "execution e1 was started for the same change a moment ago"),
                DeliveryDecision(pipeline: "z", started: nil, reason: "the host is asked", question: "q"),
            ]
        let receipt = DeliveryReceipt(sequence: 1, isDuplicate: false, decisions: decisions)
        let reason = DeliveryVerdict(receipt, deliveryID: "d", reason: nil).reason ?? ""
        #expect(reason.hasPrefix("z: the host is asked; y: execution e1 "), "\(reason)")
        #expect(reason.hasSuffix("; m: the push is to branch 'dev', the source follows 'main'; and 20 more"))
        let started = DeliveryDecision(pipeline: "zz", started: "e", reason: "matched by source A")
        #expect((decisions + [started]).byWeight().prefix(5).map(\.pipeline) == ["zz", "z", "y", "m", "a0"])
    }

    @Test func `many reasons make a short answer`() {
        let decisions = (0..<50).map {
            DeliveryDecision(
                pipeline: PipelineName("p\($0)"), started: nil, reason: String(repeating: "long ", count: 200))
        }
        let receipt = DeliveryReceipt(sequence: 1, isDuplicate: false, decisions: decisions)
        let verdict = DeliveryVerdict(receipt, deliveryID: "d", reason: nil)
        #expect(verdict.json.utf8.count < 1000 && verdict.reason?.hasSuffix("; and 47 more") == true)
    }

    private static let marks = [
        "$(id)", "--upload-pack=touch", "a\nb\tc", "\u{202E}abc", "\u{0}", "'; DROP TABLE deliveries; --",
    ]

    @Test(arguments: marks + [String(repeating: "n", count: 1 << 20)])
    func `hostile names are stored, shown and answered as they are, and start nothing`(name: String) async throws {
        let bench = try await IntakeBench(translator: .immediate(SaidWebhook(name: name)))
        let reply = await bench.reply("x", id: name)
        #expect(reply.answer == .accepted)
        #expect(try json(reply)["verdict"] == .string("ignored"))
        #expect(reply.body.utf8.count < 5000)
        let entry = try #require(try await bench.journal().first)
        #expect(entry.deliveryID.count <= 200 && entry.decisions.allSatisfy { $0.reason.utf8.count < 2000 })
        for event in bench.intake.events(of: try #require(try await bench.ledger.journalEntry(1))) ?? [] {
            let envelope = EventEnvelope(entry: entry, event: event, index: 0)
            _ = try JSONEncoder().encode([envelope.cloudEvent, envelope.cdEvent ?? .null])
        }
        #expect(try await bench.started().isEmpty)
    }
}

/// Says what it is told to, in each place where a payload has a name.
struct SaidWebhook: WebhookProvider {
    let said: String
    let name = "Plain"
    let signature = WebhookSignature.hmacSHA256(header: "X-Signature", prefix: "sha256=")
    let deliveryIDHeaders = ["X-Delivery"]
    let eventHeaders = ["X-Event"]

    init(name: String) { said = name }

    func parse(_ delivery: VerifiedDelivery) throws(PayloadError) -> ParsedDelivery {
        let request = SourceEvent.PullRequest(
            event: .open, number: -1, title: said, sourceBranch: said, sourceRepository: said, targetBranch: said,
            head: said, url: "http://169.254.169.254/")
        return ParsedDelivery(events: [
            SourceEvent(
                repository: "acme/app", change: .branchPushed(branch: said, before: said, after: said, forced: nil)),
            SourceEvent(repository: said, change: .branchDeleted(branch: said, before: said)),
            SourceEvent(repository: "acme/app", change: .tagPushed(tag: said, commit: said)),
            SourceEvent(repository: "acme/app", change: .pullRequest(request)),
            SourceEvent(
                repository: "acme/app",
                change: .buildCompleted(.init(system: said, job: said, status: .unknown, url: "file:///etc/passwd"))),
        ])
    }
}
