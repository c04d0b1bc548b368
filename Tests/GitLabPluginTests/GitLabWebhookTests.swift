import Foundation
import PipelineModel
import PluginKit
import Testing

@testable import GitLabPlugin

@Suite struct GitLabWebhookTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/GitLab/webhooks")

    struct Golden: Codable, Equatable {
        var events: [SourceEvent]?
        var ignored: String?
    }

    static func bodies() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false)).sorted()
            .filter { !$0.hasSuffix(".golden.json") }
    }

    static func parse(_ body: Data, event: String = "Push Hook") throws -> ParsedDelivery {
        let delivery = WebhookDelivery(headers: [("content-type", "application/json")], body: body)
        return try GitLabWebhook().parse(VerifiedDelivery(verified: delivery, event: event))
    }

    static func header(of name: String) -> String {
        name.split(separator: "_").map(\.capitalized).joined(separator: " ") + " Hook"
    }

    @Test(arguments: try GitLabWebhookTests.bodies())
    func `each delivery of the folder gives the events of its golden file`(file: String) throws {
        let body = Self.folder.appending(path: file)
        let name = body.deletingPathExtension().lastPathComponent
        let event = Self.header(of: String(name.prefix { $0 != "-" && $0 != "." }))
        let parsed = try Self.parse(Data(contentsOf: body), event: event)
        let found = Golden(events: parsed.events.isEmpty ? nil : parsed.events, ignored: parsed.ignored)

        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let shown = String(decoding: try encoder.encode(found), as: UTF8.self)
        let golden = try? Data(contentsOf: Self.folder.appending(path: "\(name).golden.json"))
        let expected = try golden.map { try JSONDecoder().decode(Golden.self, from: $0) }
        #expect(found == expected, "\(name).golden.json should be, if this is right:\n\(shown)")
    }

    @Test func `the folder holds the cases that the host is known to send`() throws {
        #expect(try Self.bodies().count >= 50)
    }

    @Test(arguments: ["", "not json", "{", #"{"object_kind":"push""#, String(repeating: "[", count: 100_000)])
    func `only what is no JSON is refused`(body: String) {
        #expect(throws: PayloadError.notJSON("its text breaks JSON's rules")) { try Self.parse(Data(body.utf8)) }
    }

    static let id = String(repeating: "ab", count: 20)
    static let strange = [
        "[]", "7", "null", "{}", #"{"object_kind":7}"#, #"{"object_kind":"push"}"#,
        #"{"object_kind":"push","ref":"refs/heads/a"}"#,
        #"{"object_kind":"push","ref":"refs/heads/a","project":{"path_with_namespace":""}}"#,
        #"{"object_kind":"push","ref":"refs/heads/a","after":"abc","project":{"path_with_namespace":"a/b"}}"#,
        #"{"object_kind":"push","ref":1,"project":{"path_with_namespace":"a/b"}}"#,
        #"{"object_kind":"merge_request","object_attributes":[]}"#,
        #"{"object_kind":"merge_request","object_attributes":{"action":"open"}}"#,
        #"{"object_kind":"merge_request","object_attributes":{"action":"open","iid":1,"source_branch":"a","target_branch":"b"}}"#,
        #"{"object_kind":"merge_request","object_attributes":{"action":"open","iid":1,"source_branch":"a","target_branch":"b","last_commit":{"id":"\#(id)"}}}"#,
        #"{"object_kind":"pipeline"}"#, #"{"object_kind":"pipeline","object_attributes":{"status":"success"}}"#,
        #"{"object_kind":"build"}"#, #"{"object_kind":"release"}"#, #"{"event_name":"repository_update"}"#,
    ]

    @Test(arguments: strange)
    func `JSON that lacks what a kind must have is ignored, because an error would switch the hook off`(
        body: String
    ) throws {
        let parsed = try Self.parse(Data(body.utf8))
        #expect(parsed.events.isEmpty)
        #expect(parsed.ignored?.isEmpty == false)
    }

    @Test func `an SSH URL names the project where its path is not written`() throws {
        let cases = [
            ("git@gitlab.example:acme/shop/storefront.git", "acme/shop/storefront"),
            ("ssh://git@gitlab.example:2222/acme/storefront.git", "acme/storefront"),
            ("/srv/git/acme.git", nil), ("git@gitlab.example:acme", nil), ("https://gitlab.example/a/b.git", nil),
        ]
        for (url, name) in cases {
            let body =
                #"{"object_kind":"build","build_name":"x","build_status":"failed","repository":{"git_ssh_url":"\#(url)"}}"#
            #expect(try Self.parse(Data(body.utf8)).events.first?.repository == name, "\(url)")
        }
    }

    @Test func `the gate is told where the signature and the delivery's id are`() {
        let webhook = GitLabWebhook()
        #expect(webhook.name == "GitLab")
        #expect(
            webhook.signature
                == .firstPresent([.standardWebhooks(tolerance: 300), .token(header: "X-Gitlab-Token")]))
        #expect(webhook.deliveryIDHeaders == ["Idempotency-Key", "X-Gitlab-Event-UUID"])
        #expect(webhook.eventHeaders == ["X-Gitlab-Event"])
    }

    private static func push(commits count: Int, total: Int?, paths: Int = 1, before: String = "cd") throws
        -> SourceEvent
    {
        let commits = (0..<count).map { commit in
            let added = (0..<paths).map { "\"\(commit)/\($0)\"" }.joined(separator: ",")
            let id = commit == count - 1 ? Self.id : "other"
            return #"{"id":"\#(id)","added":[\#(added)],"modified":["README"],"removed":[]}"#
        }
        let total = total.map { #","total_commits_count":\#($0)"# } ?? ""
        let body = """
            {"object_kind":"push","ref":"refs/heads/a","before":"\(String(repeating: before, count: 20))",
            "after":"\(id)","project":{"path_with_namespace":"a/b"},"commits":[\(commits.joined(separator: ","))]\(total)}
            """
        return try #require(try parse(Data(body.utf8)).events.first)
    }

    @Test func `a push's paths are told once each where its commits hold the whole of it`() throws {
        #expect(try Self.push(commits: 2, total: 2).changedPaths == ["0/0", "README", "1/0"])
        #expect(try Self.push(commits: 20, total: 20).changedPaths?.count == 21)
    }

    @Test func `a push's paths are unknown where its commits may not hold the whole of it`() throws {
        #expect(try Self.push(commits: 20, total: 21).changedPaths == nil)
        #expect(try Self.push(commits: 2, total: nil).changedPaths == nil)
        #expect(try Self.push(commits: 0, total: 0).changedPaths == nil)
        #expect(try Self.push(commits: 2, total: 2, before: "00").changedPaths == nil)
        #expect(try Self.push(commits: 2, total: 2, paths: 3000).changedPaths == nil)
    }

    @Test(arguments: ["$(id)", "--upload-pack=x", "a\\nb", "\\u202egnp", "../../x", "http://169.254.169.254/"])
    func `a name is passed on as it is, or not at all`(name: String) throws {
        let body = """
            {"object_kind":"push","ref":"refs/heads/\(name)","before":null,"after":"\(Self.id)",
            "project":{"path_with_namespace":"\(name)","web_url":"\(name)"}}
            """
        let event = try #require(try Self.parse(Data(body.utf8)).events.first)
        let plain = try JSONDecoder().decode(String.self, from: Data("\"\(name)\"".utf8))
        #expect(event.repository == plain)
        #expect(event.change == .branchPushed(branch: plain, before: nil, after: Self.id, forced: nil))
    }

    @Test func `a name of a megabyte is read`() throws {
        let name = String(repeating: "x", count: 1 << 20)
        let body =
            #"{"object_kind":"push","ref":"refs/heads/\#(name)","after":"\#(Self.id)","project":{"path_with_namespace":"\#(name)"}}"#
        #expect(try Self.parse(Data(body.utf8)).events.first?.repository == name)
        let odd = try Self.parse(Data(#"{"object_kind":"\#(name)"}"#.utf8))
        #expect(odd.ignored.map { $0.utf8.count < 200 } == true)
    }

    @Test func `parsing a usual push takes microseconds`() throws {
        let body = try Data(contentsOf: Self.folder.appending(path: "push.json"))
        let clock = ContinuousClock()
        var best = Duration.seconds(1)
        for _ in 0..<20 {
            let time = try clock.measure { for _ in 0..<20 { _ = try Self.parse(body) } }
            best = min(best, time / 20)
        }
        try FileHandle.standardError.write(
            contentsOf: Data("parsing GitLab's push.json: \(best) (\(body.count) bytes)\n".utf8))
        // Generous, for an unoptimised build on a busy machine.
        #expect(best < .milliseconds(3))
    }
}
