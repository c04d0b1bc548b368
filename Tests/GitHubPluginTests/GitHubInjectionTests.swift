import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import GitHubPlugin

/// What somebody who may push, or open a pull request, can write into a payload.
@Suite struct GitHubInjectionTests {
    static let names = [
        "$(id)", "`id`", "--upload-pack=touch /tmp/x", "-x=", "a\nb", "a\r\nX-Header: 1", "\u{202e}main", "..",
        "../../../etc/passwd", "a/../../b", "%2e%2e", "a b", "'; drop table x", "\u{0}", "http://169.254.169.254/x",
        "file:///etc/passwd", "refs/heads/main", "@{-1}", "é", "\u{feff}main", "[", "a?b#c",
        String(repeating: "x", count: 1 << 20),
    ]
    static let id = GitHubWebhookTests.id

    private func json(_ value: [String: Any]) throws -> Data { try JSONSerialization.data(withJSONObject: value) }

    @Test(arguments: names.indices)
    func `a name comes through as it was written, or is refused with a reason`(index: Int) throws {
        let name = Self.names[index]
        let repository = ["full_name": name]
        let push: [String: Any] = [
            "ref": "refs/heads/" + name, "after": Self.id, "repository": repository, "compare": name,
            "head_commit": ["id": Self.id, "url": name, "message": name, "author": ["name": name, "email": name]],
            "commits": [["id": Self.id, "added": [name], "modified": [String](), "removed": [String]()]],
        ]
        let event = try #require(try GitHubWebhookTests.parse(json(push), event: "push").events.first)
        #expect(event.change == .branchPushed(branch: name, before: nil, after: Self.id, forced: nil))
        #expect(event.commit?.url == name && event.repository == name)

        let end: [String: Any] = ["ref": name, "sha": Self.id, "repo": repository]
        let pull: [String: Any] = [
            "action": "opened", "number": 1, "repository": repository,
            "pull_request": ["head": end, "base": end, "title": name, "html_url": name, "labels": [["name": name]]],
        ]
        let parsed = try GitHubWebhookTests.parse(json(pull), event: "pull_request")
        guard case .pullRequest(let request) = parsed.events.first?.change else {
            Issue.record("no pull request")
            return
        }
        #expect(request.sourceBranch == name && request.labels == [name] && request.fromFork == false)
        let odd = try GitHubWebhookTests.parse(json(["action": name]), event: "installation")
        #expect(odd.ignored?.utf8.count ?? 0 < 1000)
    }

    /// The host of these tests has no way out: a call would fail with another message.
    @Test(arguments: names.indices)
    func `no call is made for a repository or a commit that cannot be one`(index: Int) async throws {
        let name = Self.names[index]
        let host = try FakeHost()
        defer { host.remove() }
        let connection = Connection(
            name: "github", arn: "arn:aws:codeconnections:us-east-1:000000000000:connection/1", provider: "GitHub",
            url: "https://github.com", credential: Credential(user: "", secret: "t"))
        for repository in [name, "acme/\(name)", "\(name)/app", "acme/app/\(name)", "acme"] {
            let event = SourceEvent(
                repository: repository,
                change: .branchPushed(branch: "main", before: Self.id, after: Self.id, forced: nil))
            let failure = await #expect(throws: FailureDetails.self) {
                try await GitHubEventResolver().enriched(event, on: connection, host: host)
            }
            #expect(failure?.type == .configurationError && failure?.message.contains("OWNER/NAME") == true)
            #expect(failure?.message.utf8.count ?? 0 < 1000)
        }
        let push = SourceEvent(
            repository: "acme/app", change: .branchPushed(branch: name, before: name, after: name, forced: nil))
        #expect(try await GitHubEventResolver().enriched(push, on: connection, host: host) == push)
        let tag = SourceEvent(
            repository: "acme/app", change: .tagPushed(tag: name, commit: name), unresolved: .taggedCommit)
        let unresolvable = await #expect(throws: FailureDetails.self) {
            try await GitHubEventResolver().resolve(tag, on: connection, host: host)
        }
        #expect(unresolvable?.type == .revisionUnavailable)
        let status = CommitStatus(
            repository: "acme/app", commit: name, branch: nil, state: .pending, context: name, description: name,
            url: nil)
        let refused = await #expect(throws: FailureDetails.self) {
            try await GitHubReports().report(status, mayBeThere: true, on: connection, host: host)
        }
        #expect(refused?.type == .revisionUnavailable)
    }

    @Test func `what is shown of it breaks no line and turns no text`() {
        #expect(shown("a\nb\u{202e}c") == "a\u{fffd}b\u{fffd}c")
        #expect(shown(String(repeating: "x", count: 1 << 20)).count == 100)
    }
}
