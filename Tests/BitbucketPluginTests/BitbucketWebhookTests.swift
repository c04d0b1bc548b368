import Foundation
import PipelineModel
import PluginKit
import Testing

@testable import BitbucketPlugin

@Suite struct BitbucketWebhookTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/Bitbucket/webhooks")

    struct Golden: Codable, Equatable {
        var events: [SourceEvent]?
        var ignored: String?
    }

    /// `cloud/NAME.json`, `server/NAME.json`.
    static func bodies() throws -> [String] {
        try ["cloud", "server"].flatMap { form in
            try FileManager.default.contentsOfDirectory(
                atPath: folder.appending(path: form).path(percentEncoded: false)
            )
            .sorted().filter { !$0.hasSuffix(".golden.json") }.map { "\(form)/\($0)" }
        }
    }

    static func parse(_ body: Data, event: String, isCloud: Bool) throws -> ParsedDelivery {
        let delivery = WebhookDelivery(headers: [("content-type", "application/json;charset=UTF-8")], body: body)
        let provider: any WebhookProvider = isCloud ? BitbucketWebhook() : BitbucketServerWebhook()
        return try provider.parse(VerifiedDelivery(verified: delivery, event: event))
    }

    @Test(arguments: try BitbucketWebhookTests.bodies())
    func `each delivery of the folder gives the events of its golden file`(file: String) throws {
        let body = Self.folder.appending(path: file)
        let name = body.deletingPathExtension().lastPathComponent
        let event = name.prefix { $0 != "-" }.replacingOccurrences(of: ".", with: ":")
        let parsed = try Self.parse(Data(contentsOf: body), event: event, isCloud: file.hasPrefix("cloud/"))
        let found = Golden(events: parsed.events.isEmpty ? nil : parsed.events, ignored: parsed.ignored)

        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let shown = String(decoding: try encoder.encode(found), as: UTF8.self)
        let place = body.deletingLastPathComponent().appending(path: "\(name).golden.json")
        let golden = try? Data(contentsOf: place)
        let expected = try golden.map { try JSONDecoder().decode(Golden.self, from: $0) }
        #expect(found == expected, "\(name).golden.json should be, if this is right:\n\(shown)")
    }

    @Test func `the folder holds the cases that both forms are known to send`() throws {
        #expect(try Self.bodies().count >= 50)
    }

    static let id = String(repeating: "ab", count: 20)
    static let notJSON = "its text breaks JSON's rules"
    static let otherType = "the payload has another type than expected"
    static let cloudFaults: [(event: String, body: String, error: PayloadError)] = [
        ("", "{}", .unexpectedShape("the X-Event-Key header, which names the event, is missing")),
        ("repo:push", "", .notJSON(notJSON)),
        ("repo:push", "payload=%7B%7D", .notJSON(notJSON)),
        ("repo:push", #"{"push":{"changes":[]}"#, .notJSON(notJSON)),
        ("repo:push", String(repeating: "[", count: 100_000), .notJSON(notJSON)),
        ("repo:push", "7", .unexpectedShape(otherType)),
        ("repo:fork", "[]", .unexpectedShape(otherType)),
        ("pullrequest:rejected", "null", .unexpectedShape(otherType)),
        ("pullrequest:created", "[]", .unexpectedShape(otherType)),
        ("repo:push", "{}", .unexpectedShape("'repository.full_name' is missing or no text")),
        (
            "repo:push", #"{"repository":{"full_name":""}}"#,
            .unexpectedShape("'repository.full_name' is missing or no text")
        ),
        (
            "repo:push", #"{"repository":{"full_name":"a/b"},"push":[]}"#,
            .unexpectedShape("'push.changes' is missing or no list")
        ),
        ("pullrequest:created", "{}", .unexpectedShape("'pullrequest' is missing or no object")),
        (
            "pullrequest:created", #"{"pullrequest":{}}"#,
            .unexpectedShape("'repository.full_name' is missing or no text")
        ),
        (
            "pullrequest:created", #"{"repository":{"full_name":"a/b"},"pullrequest":{"id":"1"}}"#,
            .unexpectedShape("'pullrequest.id' is missing or no number")
        ),
        (
            "pullrequest:created", #"{"repository":{"full_name":"a/b"},"pullrequest":{"id":1}}"#,
            .unexpectedShape("'pullrequest.source.branch.name' is missing")
        ),
        (
            "pullrequest:created",
            #"{"repository":{"full_name":"a/b"},"pullrequest":{"id":1,"source":{"branch":{"name":"x"}}}}"#,
            .unexpectedShape("'pullrequest.destination.branch.name' is missing")
        ),
        (
            "pullrequest:created",
            #"{"repository":{"full_name":"a/b"},"pullrequest":{"id":1,"source":{"branch":{"name":"x"},"commit":"#
                + #"{"hash":"--upload-pack"}},"destination":{"branch":{"name":"y"}}}}"#,
            .unexpectedShape("'pullrequest.source.commit.hash' is missing or no commit id")
        ),
    ]

    @Test(arguments: cloudFaults.indices)
    func `a body of Cloud's that is not what its event promises is refused with the place`(index: Int) throws {
        let fault = Self.cloudFaults[index]
        #expect(throws: fault.error) { try Self.parse(Data(fault.body.utf8), event: fault.event, isCloud: true) }
    }

    static let serverFaults: [(event: String, body: String, error: PayloadError)] = [
        ("", "{}", .unexpectedShape("the X-Event-Key header, which names the event, is missing")),
        ("repo:refs_changed", "<html>", .notJSON(notJSON)),
        ("repo:refs_changed", "[]", .unexpectedShape(otherType)),
        ("pr:opened", "[]", .unexpectedShape(otherType)),
        ("diagnostics:ping", "true", .unexpectedShape(otherType)),
        (
            "repo:refs_changed", "{}",
            .unexpectedShape("'repository.project.key' or 'repository.slug' is missing")
        ),
        (
            "repo:refs_changed", #"{"repository":{"slug":"b","project":{"key":"A"}},"changes":{}}"#,
            .unexpectedShape("'changes' is missing or no list")
        ),
        ("pr:opened", "{}", .unexpectedShape("'pullRequest' is missing or no object")),
        (
            "pr:opened", #"{"pullRequest":{"toRef":{"repository":{"slug":"b"}}}}"#,
            .unexpectedShape(
                "'pullRequest.toRef.repository.project.key' or 'pullRequest.toRef.repository.slug' is missing")
        ),
        (
            "pr:opened", #"{"pullRequest":{"toRef":{"repository":{"slug":"b","project":{"key":"A"}}}}}"#,
            .unexpectedShape("'pullRequest.id' is missing or no number")
        ),
        (
            "pr:opened",
            #"{"pullRequest":{"id":1,"fromRef":{"id":"refs/heads/"},"toRef":{"id":"refs/heads/main","#
                + #""repository":{"slug":"b","project":{"key":"A"}}}}}"#,
            .unexpectedShape("'pullRequest.fromRef.id' is missing")
        ),
        (
            "pr:opened",
            #"{"pullRequest":{"id":1,"fromRef":{"id":"refs/heads/x"},"toRef":{"#
                + #""repository":{"slug":"b","project":{"key":"A"}}}}}"#,
            .unexpectedShape("'pullRequest.toRef.id' is missing")
        ),
        (
            "pr:opened",
            #"{"pullRequest":{"id":1,"fromRef":{"id":"refs/heads/x","latestCommit":"12"},"toRef":{"#
                + #""id":"refs/heads/main","repository":{"slug":"b","project":{"key":"A"}}}}}"#,
            .unexpectedShape("'pullRequest.fromRef.latestCommit' is missing or no commit id")
        ),
    ]

    @Test(arguments: serverFaults.indices)
    func `a body of Data Center's that is not what its event promises is refused with the place`(index: Int) throws {
        let fault = Self.serverFaults[index]
        #expect(throws: fault.error) { try Self.parse(Data(fault.body.utf8), event: fault.event, isCloud: false) }
    }

    @Test func `the gate is told where the signature and the delivery's id are`() {
        let cloud = BitbucketWebhook()
        let server = BitbucketServerWebhook()
        #expect([cloud.name, server.name] == ["Bitbucket", "BitbucketServer"])
        for provider in [cloud, server] as [any WebhookProvider] {
            #expect(provider.signature == .hmacSHA256(header: "X-Hub-Signature", prefix: "sha256="))
            #expect(provider.eventHeaders == ["X-Event-Key"])
        }
        #expect(cloud.deliveryIDHeaders == ["X-Request-UUID"])
        #expect(server.deliveryIDHeaders == ["X-Request-Id"])
        #expect(cloud.unsignedEvents.isEmpty)
        #expect(server.unsignedEvents == ["diagnostics:ping"])
    }

    @Test(arguments: [("cloud/repo.push", "repo:push"), ("server/repo.refs_changed", "repo:refs_changed")])
    func `parsing a usual push takes microseconds`(file: String, event: String) throws {
        let body = try Data(contentsOf: Self.folder.appending(path: "\(file).json"))
        let clock = ContinuousClock()
        var best = Duration.seconds(1)
        for _ in 0..<20 {
            let time = try clock.measure {
                for _ in 0..<20 { _ = try Self.parse(body, event: event, isCloud: file.hasPrefix("cloud/")) }
            }
            best = min(best, time / 20)
        }
        let line = "parsing \(file).json: \(best) (\(body.count) bytes)\n"
        try FileHandle.standardError.write(contentsOf: Data(line.utf8))
        // Generous, for an unoptimised build on a busy machine.
        #expect(best < .milliseconds(2))
    }

    @Test func `of a member that stands twice, the later one counts`() throws {
        let body = """
            {"repository":{"full_name":"x/y"},"repository":{"full_name":"a/b"},"push":{"changes":7},
            "push":{"changes":[{"new":{"type":"branch","name":"n","name":"m","target":{"hash":"\(Self.id)"}}}]}}
            """
        let parsed = try Self.parse(Data(body.utf8), event: "repo:push", isCloud: true)
        #expect(parsed.events.map(\.repository) == ["a/b"])
        #expect(parsed.events.first?.change == .branchPushed(branch: "m", before: nil, after: Self.id, forced: nil))
    }

    @Test(arguments: [
        (#"{"full_name":"a/b","uuid":"{1}"}"#, false), (#"{"full_name":"A/B","uuid":"{1}"}"#, false),
        (#"{"full_name":"c/b","uuid":"{1}"}"#, true), (#"{"full_name":"a/b","uuid":"{2}"}"#, true),
        (#"{"uuid":"{1}"}"#, false), (#"{"full_name":"a/b"}"#, false), ("{}", true), ("null", true),
    ])
    func `only what is the same repository by id and by name is no fork`(source: String, isFork: Bool) throws {
        let body = """
            {"repository":{"full_name":"a/b","uuid":"{1}"},"pullrequest":{"id":1,
            "source":{"branch":{"name":"x"},"commit":{"hash":"\(Self.id)"},"repository":\(source)},
            "destination":{"branch":{"name":"y"}}}}
            """
        let parsed = try Self.parse(Data(body.utf8), event: "pullrequest:created", isCloud: true)
        guard case .pullRequest(let request)? = parsed.events.first?.change else { throw CancellationError() }
        #expect(request.fromFork == isFork)
    }

    @Test(arguments: [
        (#"{"slug":"b","id":1,"project":{"key":"A"}}"#, false), (#"{"slug":"b","id":2,"project":{"key":"A"}}"#, true),
        (#"{"slug":"b","id":1,"project":{"key":"~x"}}"#, true), (#"{"id":1}"#, false), ("null", true),
    ])
    func `the same holds at Data Center`(source: String, isFork: Bool) throws {
        let body = """
            {"pullRequest":{"id":1,"fromRef":{"id":"refs/heads/x","latestCommit":"\(Self.id)","repository":\(source)},
            "toRef":{"id":"refs/heads/y","repository":{"slug":"b","id":1,"project":{"key":"A"}}}}}
            """
        let parsed = try Self.parse(Data(body.utf8), event: "pr:opened", isCloud: false)
        guard case .pullRequest(let request)? = parsed.events.first?.change else { throw CancellationError() }
        #expect(request.fromFork == isFork)
    }

    /// The same push in each form, but for ids, links and what a form doesn't say.
    @Test func `both forms tell a new branch in the same words`() throws {
        func event(_ file: String, _ event: String) throws -> SourceEvent {
            let body = try Data(contentsOf: Self.folder.appending(path: file))
            let parsed = try Self.parse(body, event: event, isCloud: file.hasPrefix("cloud/"))
            var found = try #require(parsed.events.first)
            found.repository = found.repository.lowercased().replacingOccurrences(of: "shop/", with: "acme/")
            found.sender = nil
            found.commit?.url = nil
            let date = found.commit?.authoredAt?.replacingOccurrences(of: "+00:00", with: "Z")
            found.commit?.authoredAt = date
            return found
        }
        var cloud = try event("cloud/repo.push-new-branch.json", "repo:push")
        var server = try event("server/repo.refs_changed-new-branch.json", "repo:refs_changed")
        cloud.commit?.authorEmail = nil
        server.commit?.authorEmail = nil
        #expect(cloud == server)
    }
}
