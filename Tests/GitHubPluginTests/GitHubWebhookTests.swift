import Foundation
import PipelineModel
import PluginKit
import Testing

@testable import GitHubPlugin

@Suite struct GitHubWebhookTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/GitHub/webhooks")

    struct Golden: Codable, Equatable {
        var events: [SourceEvent]?
        var ignored: String?
    }

    static func bodies() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false)).sorted()
            .filter { !$0.hasSuffix(".golden.json") }
    }

    static func parse(_ body: Data, event: String, type: String = "application/json") throws -> ParsedDelivery {
        let delivery = WebhookDelivery(headers: [("content-type", type)], body: body)
        return try GitHubWebhook().parse(VerifiedDelivery(verified: delivery, event: event))
    }

    @Test(arguments: try GitHubWebhookTests.bodies())
    func `each delivery of the folder gives the events of its golden file`(file: String) throws {
        let body = Self.folder.appending(path: file)
        let name = body.deletingPathExtension().lastPathComponent
        let type =
            body.pathExtension == "form" ? "application/x-www-form-urlencoded" : "application/json; charset=utf-8"
        let event = String(name.prefix { $0 != "-" && $0 != "." })
        let parsed = try Self.parse(Data(contentsOf: body), event: event, type: type)
        let found = Golden(events: parsed.events.isEmpty ? nil : parsed.events, ignored: parsed.ignored)

        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let shown = String(decoding: try encoder.encode(found), as: UTF8.self)
        let golden = try? Data(contentsOf: Self.folder.appending(path: "\(name).golden.json"))
        let expected = try golden.map { try JSONDecoder().decode(Golden.self, from: $0) }
        #expect(found == expected, "\(name).golden.json should be, if this is right:\n\(shown)")
    }

    @Test func `the folder holds the cases that hosts are known to send`() throws {
        #expect(try Self.bodies().count >= 50)
        let size = try Data(contentsOf: Self.folder.appending(path: "push.json")).count
        #expect(7_000...9_500 ~= size)
    }

    static let id = String(repeating: "ab", count: 20)
    static let notJSON = "its text breaks JSON's rules"
    static let faults: [(event: String, body: String, error: PayloadError)] = [
        ("push", "", .notJSON(notJSON)),
        ("push", "not json", .notJSON(notJSON)),
        ("push", #"{"ref":"refs/heads/main""#, .notJSON(notJSON)),
        ("ping", "<html>", .notJSON(notJSON)),
        ("issues", "{", .notJSON(notJSON)),
        ("push", String(repeating: "[", count: 100_000), .notJSON(notJSON)),
        ("push", "[]", .unexpectedShape("the payload has another type than expected")),
        ("ping", "7", .unexpectedShape("the payload has another type than expected")),
        ("push", "{}", .unexpectedShape("'ref' is missing")),
        ("push", #"{"ref":1}"#, .unexpectedShape("'ref' has another type than expected")),
        ("push", #"{"ref":"refs/heads/a"}"#, .unexpectedShape("'repository' is missing")),
        ("push", #"{"ref":"a","repository":{}}"#, .unexpectedShape("'repository.full_name' is missing")),
        (
            "push", #"{"ref":"a","repository":{"full_name":""}}"#,
            .unexpectedShape("'repository.full_name' is empty")
        ),
        (
            "push", #"{"ref":"refs/heads/a","repository":{"full_name":"a/b"}}"#,
            .unexpectedShape("'after' is missing or no commit id")
        ),
        (
            "push", #"{"ref":"refs/heads/a","after":"abc","repository":{"full_name":"a/b"}}"#,
            .unexpectedShape("'after' is missing or no commit id")
        ),
        (
            "push",
            #"{"ref":"refs/tags/a","after":"\#(id)","head_commit":{"id":"--x"},"repository":{"full_name":"a/b"}}"#,
            .unexpectedShape("'head_commit.id' is missing or no commit id")
        ),
        ("pull_request", "[1", .notJSON(notJSON)),
        ("pull_request", "7", .unexpectedShape("the payload has another type than expected")),
        ("pull_request", "{}", .unexpectedShape("'action' is missing")),
        ("pull_request", #"{"action":"opened"}"#, .unexpectedShape("'repository' is missing")),
        (
            "pull_request", #"{"action":"opened","repository":[]}"#,
            .unexpectedShape("'repository' has another type than expected")
        ),
        (
            "pull_request", #"{"action":"opened","number":"7","repository":{"full_name":"a/b"}}"#,
            .unexpectedShape("'number' is missing or no number")
        ),
        (
            "pull_request", #"{"action":"opened","number":7,"pull_request":1,"repository":{"full_name":"a/b"}}"#,
            .unexpectedShape("'pull_request.head.ref' is missing")
        ),
        (
            "pull_request",
            #"{"action":"opened","number":7,"pull_request":{"head":{"ref":"x","sha":"1"},"base":{"ref":"y"}},"#
                + #""repository":{"full_name":"a/b"}}"#,
            .unexpectedShape("'pull_request.head.sha' is missing or no commit id")
        ),
        ("release", "[]", .unexpectedShape("the payload has another type than expected")),
        ("release", "{}", .unexpectedShape("'action' is missing")),
        ("release", #"{"action":"published"}"#, .unexpectedShape("'release.tag_name' is missing")),
        ("workflow_run", "[]", .unexpectedShape("the payload has another type than expected")),
        ("workflow_run", #"{"action":1}"#, .unexpectedShape("'action' has another type than expected")),
        (
            "workflow_run", #"{"action":"completed","check_run":{"name":"x"},"repository":{"full_name":"a/b"}}"#,
            .unexpectedShape("'workflow_run' is missing or has another type than expected")
        ),
        (
            "check_run", #"{"action":"completed","check_run":{"name":""},"repository":{"full_name":"a/b"}}"#,
            .unexpectedShape("'check_run' has neither name nor id")
        ),
        (
            "check_suite", #"{"action":"completed","check_suite":{"id":7}}"#,
            .unexpectedShape("'repository' is missing")
        ),
        ("", "{}", .unexpectedShape("the X-GitHub-Event header, which names the event, is missing")),
    ]

    @Test(arguments: faults.indices)
    func `a body that is not what its event promises is refused with the place`(index: Int) throws {
        let fault = Self.faults[index]
        #expect(throws: fault.error) { try Self.parse(Data(fault.body.utf8), event: fault.event) }
    }

    @Test(arguments: ["", "other=1", "payload=%7", "payload=%zz"])
    func `a form without a readable payload is refused`(form: String) {
        #expect(throws: PayloadError.notJSON("a form without the field 'payload', or one that is badly encoded")) {
            try Self.parse(Data(form.utf8), event: "push", type: "Application/X-WWW-Form-Urlencoded;charset=UTF-8")
        }
    }

    @Test func `a form's payload may stand among other fields`() throws {
        let body = Data("a=b&payload=%7b%22zen%22%3A+%22caf%C3%A9%22%7D&payload=no".utf8)
        #expect(FormField.value(of: "payload", in: body) == Data(#"{"zen": "café"}"#.utf8))
        #expect(try Self.parse(body, event: "ping", type: "application/x-www-form-urlencoded").ignored == "ping")
    }

    @Test func `ids that a host writes in capitals are the same commit`() throws {
        let body = #"{"ref":"refs/heads/a","after":"\#(Self.id.uppercased())","repository":{"full_name":"a/b"}}"#
        let change = try Self.parse(Data(body.utf8), event: "push").events.first?.change
        #expect(change == .branchPushed(branch: "a", before: nil, after: Self.id, forced: nil))
    }

    @Test func `the gate is told where the signature and the delivery's id are`() {
        let webhook = GitHubWebhook()
        #expect(webhook.name == "GitHub")
        #expect(webhook.signature == .hmacSHA256(header: "X-Hub-Signature-256", prefix: "sha256="))
        #expect(webhook.deliveryIDHeaders == ["X-GitHub-Delivery"])
    }

    /// A push of `count` commits, each of which adds `paths` files of its own and changes `README`.
    private static func push(
        commits count: Int, paths: Int = 1, head: String = id, forced: Bool = false, created: Bool = false
    ) throws -> SourceEvent {
        let commits = (0..<count).map { commit in
            let added = (0..<paths).map { "\"\(commit)/\($0)\"" }.joined(separator: ",")
            let id = commit == count - 1 ? head : "other"
            return #"{"id":"\#(id)","added":[\#(added)],"modified":["README"],"removed":[]}"#
        }
        let before = String(repeating: "cd", count: 20)
        let body = """
            {"ref":"refs/heads/a","before":"\(before)","after":"\(id)","forced":\(forced),"created":\(created),
            "repository":{"full_name":"a/b"},"commits":[\(commits.joined(separator: ","))]}
            """
        return try #require(try parse(Data(body.utf8), event: "push").events.first)
    }

    @Test func `a push's paths are told once each where its commits hold the whole of it`() throws {
        #expect(try Self.push(commits: 2).changedPaths == ["0/0", "README", "1/0"])
        #expect(try Self.push(commits: 2047).changedPaths?.count == 2048)
    }

    @Test func `a push's paths are unknown where its commits may not hold the whole of it`() throws {
        #expect(try Self.push(commits: 2048).changedPaths == nil)
        #expect(try Self.push(commits: 1, paths: 3000).changedPaths == nil)
        #expect(try Self.push(commits: 3, paths: 1000).changedPaths == nil)
        #expect(try Self.push(commits: 2, head: "another").changedPaths == nil)
        #expect(try Self.push(commits: 2, forced: true).changedPaths == nil)
        #expect(try Self.push(commits: 2, created: true).changedPaths == nil)
        #expect(try Self.push(commits: 0).changedPaths == nil)
    }

    @Test func `parsing a usual push takes microseconds`() throws {
        let body = try Data(contentsOf: Self.folder.appending(path: "push.json"))
        let clock = ContinuousClock()
        var best = Duration.seconds(1)
        for _ in 0..<20 {
            let time = try clock.measure { for _ in 0..<20 { _ = try Self.parse(body, event: "push") } }
            best = min(best, time / 20)
        }
        try say("parsing push.json: \(best) (\(body.count) bytes)")
        // Generous, for an unoptimised build on a busy machine: what it must catch is a tree of the whole payload.
        #expect(best < .milliseconds(2))
    }
}
