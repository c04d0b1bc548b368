import Foundation
import PipelineModel
import PluginKit
import Testing

@testable import GiteaPlugin

@Suite struct GiteaWebhookTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/Gitea/webhooks")

    struct Golden: Codable, Equatable {
        var events: [SourceEvent]?
        var ignored: String?
    }

    static func bodies() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false)).sorted()
            .filter { !$0.hasSuffix(".golden.json") }
    }

    static func parse(
        _ body: Data, event: String, dialect: GiteaDialect = .gitea, type: String = "application/json"
    ) throws -> ParsedDelivery {
        let delivery = WebhookDelivery(headers: [("content-type", type)], body: body)
        return try GiteaWebhook(dialect).parse(VerifiedDelivery(verified: delivery, event: event))
    }

    @Test(arguments: try GiteaWebhookTests.bodies())
    func `each delivery of the folder gives the events of its golden file`(file: String) throws {
        let body = Self.folder.appending(path: file)
        let name = body.deletingPathExtension().lastPathComponent
        let type = body.pathExtension == "form" ? "application/x-www-form-urlencoded" : "application/json"
        let parts = name.split(separator: "-").map(String.init)
        let dialect = try #require(GiteaDialect(rawValue: parts[0].capitalized))
        let parsed = try Self.parse(Data(contentsOf: body), event: parts[1], dialect: dialect, type: type)
        let found = Golden(events: parsed.events.isEmpty ? nil : parsed.events, ignored: parsed.ignored)

        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let shown = String(decoding: try encoder.encode(found), as: UTF8.self)
        let golden = try? Data(contentsOf: Self.folder.appending(path: "\(name).golden.json"))
        let expected = try golden.map { try JSONDecoder().decode(Golden.self, from: $0) }
        #expect(found == expected, "\(name).golden.json should be, if this is right:\n\(shown)")
    }

    @Test func `the folder holds the cases that the forges are known to send`() throws {
        #expect(try Self.bodies().count >= 38)
    }

    static let id = String(repeating: "ab", count: 20)
    static let notJSON = "its text breaks JSON's rules"
    static let repo = #""repository":{"full_name":"a/b"}"#
    static let faults: [(event: String, body: String, error: PayloadError)] = [
        ("push", "", .notJSON(notJSON)),
        ("push", "not json", .notJSON(notJSON)),
        ("issues", "{", .notJSON(notJSON)),
        ("push", String(repeating: "[", count: 100_000), .notJSON(notJSON)),
        ("push", "[]", .unexpectedShape("the payload has another type than expected")),
        ("push", "{}", .unexpectedShape("'repository.full_name' is missing")),
        ("push", #"{"repository":7}"#, .unexpectedShape("'repository.full_name' is missing")),
        ("push", "{\(repo)}", .unexpectedShape("'ref' is missing")),
        ("push", #"{"ref":"refs/heads/a",\#(repo)}"#, .unexpectedShape("'after' is missing or no commit id")),
        (
            "push", #"{"ref":"refs/heads/a","after":"abc","secret":"Tell-no-one-1",\#(repo)}"#,
            .unexpectedShape("'after' is missing or no commit id")
        ),
        ("delete", "{\(repo)}", .unexpectedShape("'ref' is missing")),
        ("delete", #"{"ref":"a",\#(repo)}"#, .unexpectedShape("'ref_type' is neither 'branch' nor 'tag'")),
        ("pull_request", "{\(repo)}", .unexpectedShape("'action' is missing")),
        ("pull_request", #"{"action":"opened"}"#, .unexpectedShape("'repository.full_name' is missing")),
        ("pull_request", #"{"action":"opened",\#(repo)}"#, .unexpectedShape("'number' is missing or no number")),
        ("pull_request", #"{"action":"opened","number":1,\#(repo)}"#, .unexpectedShape("'pull_request' is missing")),
        (
            "pull_request", #"{"action":"opened","number":1,"pull_request":{"head":{"sha":"7"}},\#(repo)}"#,
            .unexpectedShape("'pull_request.head.sha' is no commit id")
        ),
        (
            "pull_request", #"{"action":"opened","number":1,"pull_request":{"head":{"sha":"\#(id)"}},\#(repo)}"#,
            .unexpectedShape("'pull_request.head.ref' or 'pull_request.base.ref' is missing")
        ),
        ("release", "{\(repo)}", .unexpectedShape("'action' or 'release.tag_name' is missing")),
        ("", "{}", .unexpectedShape("the X-Forgejo-Event header, which names the event, is missing")),
    ]

    @Test(arguments: faults.indices)
    func `a body that is not what its event promises is refused with the place`(index: Int) throws {
        let fault = Self.faults[index]
        #expect(throws: fault.error) { try Self.parse(Data(fault.body.utf8), event: fault.event) }
    }

    @Test(arguments: ["", "other=1", "payload=%7", "payload=%zz"])
    func `a form without a readable payload is refused`(form: String) {
        #expect(throws: PayloadError.notJSON("a form without the field 'payload', or one that is badly encoded")) {
            try Self.parse(Data(form.utf8), event: "push", type: "application/x-www-form-urlencoded")
        }
    }

    @Test func `the secret that old servers repeat in their payloads is in no event`() throws {
        let body = try Data(contentsOf: Self.folder.appending(path: "gitea-push-tag-old-server.json"))
        #expect(String(decoding: body, as: UTF8.self).contains("Tell-no-one-1"))
        let parsed = try Self.parse(body, event: "push")
        #expect(!parsed.events.isEmpty && !"\(parsed)".contains("Tell-no-one-1"))
    }

    @Test func `each forge's own headers are looked for first`() {
        for dialect in [GiteaDialect.gitea, .forgejo] {
            let webhook = GiteaWebhook(dialect)
            #expect(webhook.name == dialect.rawValue)
            #expect(webhook.eventHeaders == ["X-Forgejo-Event", "X-Gitea-Event", "X-Gogs-Event"])
            #expect(webhook.deliveryIDHeaders == ["X-Forgejo-Delivery", "X-Gitea-Delivery", "X-Gogs-Delivery"])
        }
        #expect(GiteaWebhook(.gogs).eventHeaders == ["X-Gogs-Event"])
        #expect(
            GiteaWebhook(.gogs).signature
                == .firstPresent([.hmacSHA256(header: "X-Gogs-Signature", prefix: "", of: .formField("payload"))]))
    }

    @Test(arguments: ["$(id)", "--upload-pack=x", "a\\nb", "\\u202egnp", "../../x", "http://169.254.169.254/"])
    func `a name is passed on as it is`(name: String) throws {
        let body = """
            {"ref":"refs/heads/\(name)","after":"\(Self.id)","compare_url":"\(name)",
            "repository":{"full_name":"\(name)","clone_url":"\(name)"}}
            """
        let event = try #require(try Self.parse(Data(body.utf8), event: "push").events.first)
        let plain = try JSONDecoder().decode(String.self, from: Data("\"\(name)\"".utf8))
        #expect(event.repository == plain)
        #expect(event.change == .branchPushed(branch: plain, before: nil, after: Self.id, forced: nil))
    }

    @Test func `a name of a megabyte is read`() throws {
        let name = String(repeating: "x", count: 1 << 20)
        let body = #"{"ref":"refs/heads/\#(name)","after":"\#(Self.id)","repository":{"full_name":"\#(name)"}}"#
        #expect(try Self.parse(Data(body.utf8), event: "push").events.first?.repository == name)
        let odd = try Self.parse(Data(#"{"action":"\#(name)",\#(Self.repo)}"#.utf8), event: "pull_request")
        #expect(odd.ignored.map { $0.utf8.count < 250 } == true)
    }

    @Test func `parsing a usual push takes microseconds`() throws {
        let body = try Data(contentsOf: Self.folder.appending(path: "gitea-push.json"))
        let clock = ContinuousClock()
        var best = Duration.seconds(1)
        for _ in 0..<20 {
            let time = try clock.measure { for _ in 0..<20 { _ = try Self.parse(body, event: "push") } }
            best = min(best, time / 20)
        }
        try FileHandle.standardError.write(
            contentsOf: Data("parsing Gitea's push.json: \(best) (\(body.count) bytes)\n".utf8))
        // Generous, for an unoptimised build on a busy machine.
        #expect(best < .milliseconds(3))
    }
}
