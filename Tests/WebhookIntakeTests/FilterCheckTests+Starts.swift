import Foundation
import PipelineEngine
import PipelineModel
import PluginKit
import Testing

@testable import WebhookIntake

/// What a start carries.
extension FilterCheckTests {
    private static func start(_ event: SourceEvent, _ binding: SourceBinding) throws -> StartRequest {
        guard case .starts(let request) = Matchmaker(hook: hook, webhookARN: "arn").verdict(on: event, for: binding)
        else {
            Issue.record("no start")
            throw CancellationError()
        }
        return request
    }

    private static func detail(_ request: StartRequest) throws -> [String: String] {
        let text = try #require(request.trigger.detail)
        #expect(text.utf16.count <= 1024)
        return try JSONDecoder().decode([String: String].self, from: Data(text.utf8))
    }

    @Test func `a push's start tells its facts`() throws {
        let event = SourceEvent(
            repository: "acme/app", change: Self.push("main"),
            commit: .init(
                id: "c1", message: "A \"quoted\"\nline\u{1}", authorName: "Zoë", authorEmail: "zoe@acme.example",
                authoredAt: "2026-02-11T12:39:51+01:00"), sender: .init(id: "7", login: "zoe"))
        let request = try Self.start(event, Self.binding(push: [.init(branches: Self.criteria(["main"]))]))
        #expect(request.trigger.type == .webhookV2)
        #expect(
            try Self.detail(request) == [
                "provider-type": "Plain", "full-repository-name": "Acme/App",
                "connection-arn": IntakeBench.connection.arn.rawValue, "commit-id": "c1",
                "commit-message": "A \"quoted\"\nline\u{1}", "author-id": "7", "author-display-name": "Zoë",
                "author-email": "zoe@acme.example", "author-date": "2026-02-11T12:39:51+01:00", "branch-name": "main",
            ])
        #expect(request.input.authors == ["zoe", "7", "Zoë", "zoe@acme.example"])
        #expect(request.input.eventVariables == ["BranchName": "main"])
    }

    @Test func `a tag's start names the tag`() throws {
        let event = SourceEvent(repository: "acme/app", change: .tagPushed(tag: "v1", commit: "c1"))
        let request = try Self.start(event, Self.binding(push: [.init(tags: Self.criteria(["v*"]))]))
        #expect(try Self.detail(request)["tag-name"] == "v1")
        #expect(request.input.eventVariables == ["TagName": "v1"])
        #expect(request.input.authors == nil)
    }

    @Test func `a pull request's start names both branches, and its author beside the sender`() throws {
        let event = SourceEvent(
            repository: "acme/app",
            change: .pullRequest(
                .init(
                    event: .closed, number: 7, title: "Cards", sourceBranch: "cards", targetBranch: "main", head: "h1",
                    merged: true, author: .init(id: "8", login: "ada"), fromFork: false)),
            sender: .init(id: "7", login: "zoe"))
        let request = try Self.start(event, Self.binding(pullRequest: [.init(branches: Self.criteria(["main"]))]))
        #expect(request.input.sourceRevisions.map(\.revisionValue) == ["h1"])
        #expect(request.input.authors == ["zoe", "7", "ada", "8"])
        #expect(
            request.input.eventVariables == [
                "PullRequestId": "7", "PullRequestTitle": "Cards", "SourceBranchName": "cards",
                "DestinationBranchName": "main",
            ])
        #expect(try Self.detail(request)["commit-id"] == "h1")
    }

    @Test(arguments: [
        String(repeating: "word ", count: 5000), String(repeating: "\"\\\n", count: 2000),
        String(repeating: "👩‍👩‍👧", count: 500), String(repeating: "\u{1}", count: 1000),
    ])
    func `a long message is cut so that the detail fits and stays JSON`(message: String) throws {
        let event = SourceEvent(
            repository: "acme/app", change: Self.push("main"), commit: .init(id: "c1", message: message))
        let request = try Self.start(event, Self.binding(push: [.init(branches: Self.criteria(["main"]))]))
        let cut = try #require(try Self.detail(request)["commit-message"])
        #expect(cut.hasSuffix("…") && message.hasPrefix(cut.dropLast()))
        #expect(request.trigger.detail!.utf16.count > 900)
    }

    @Test func `facts that are too long are left out, the commit never`() throws {
        let branch = String(repeating: "b", count: 255)
        let event = SourceEvent(
            repository: "acme/app",
            change: .pullRequest(
                .init(
                    event: .open, number: 7, title: String(repeating: "t", count: 900), sourceBranch: branch,
                    targetBranch: branch, head: "h1")),
            commit: .init(id: "h1", message: "m", authorName: String(repeating: "n", count: 300)))
        let request = try Self.start(event, Self.binding(pullRequest: [.init(branches: Self.criteria(["**"]))]))
        let facts = try Self.detail(request)
        #expect(facts["commit-id"] == "h1" && facts["pull-request-id"] == "7")
        #expect(facts["commit-message"] == nil)
    }

    @Test func `a default start keeps the hook's ARN as its detail`() throws {
        let binding = try #require(SourceBinding.bindings(of: IntakeBench.pipeline).first)
        let request = try Self.start(SourceEvent(repository: "acme/app", change: Self.push("main")), binding)
        #expect(request.trigger == ExecutionTrigger(type: .webhook, detail: "arn"))
    }
}
