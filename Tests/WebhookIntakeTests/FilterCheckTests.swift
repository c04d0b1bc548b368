import Foundation
import PipelineEngine
import PipelineModel
import PluginKit
import Testing

@testable import WebhookIntake

/// The semantics table of triggers-and-webhooks A1, row by row.
@Suite struct FilterCheckTests {
    struct Row: Sendable {
        var name: String
        var push: [PushFilter] = []
        var pullRequest: [PullRequestFilter] = []
        var change: SourceEvent.Change
        var paths: [String]?
        var expected: String
    }

    static func criteria(_ includes: [String]? = nil, not excludes: [String]? = nil) -> FilterCriteria {
        FilterCriteria(includes: includes, excludes: excludes)
    }

    static func push(_ branch: String, before: String? = "c0", after: String = "c1") -> SourceEvent.Change {
        .branchPushed(branch: branch, before: before, after: after, forced: false)
    }

    static func request(
        _ event: PullRequestEvent, to target: String = "main", from source: String = "feature/x"
    ) -> SourceEvent.Change {
        .pullRequest(.init(event: event, number: 7, sourceBranch: source, targetBranch: target, head: "h1", base: "b1"))
    }

    static let mainOrRelease = criteria(["main", "release/**"])

    static let rows: [Row] = [
        // Push to branches.
        Row(
            name: "an included branch", push: [.init(branches: mainOrRelease)], change: push("release/1/x"),
            expected: "starts at c1"),
        Row(
            name: "no include", push: [.init(branches: mainOrRelease)], change: push("x"),
            expected: "push filter 1: branch 'x' matches none of the includes [main, release/**]"),
        Row(
            name: "excludes win", push: [.init(branches: criteria(["**"], not: ["release/*"]))],
            change: push("release/1"), expected: "push filter 1: branch 'release/1' matches the exclude 'release/*'"),
        Row(
            name: "only excludes", push: [.init(branches: criteria(not: ["dev"]))], change: push("x/y"),
            expected: "starts at c1"),
        Row(
            name: "case counts", push: [.init(branches: criteria(["main"]))], change: push("Main"),
            expected: "push filter 1: branch 'Main' matches none of the includes [main]"),
        Row(
            name: "filters are OR-ed", push: [.init(branches: criteria(["a"])), .init(branches: criteria(["b"]))],
            change: push("b"), expected: "starts at c1"),
        Row(
            name: "each that says no is named",
            push: [.init(branches: criteria(["a"])), .init(branches: criteria(["b"]))], change: push("c"),
            expected: "push filter 1: branch 'c' matches none of the includes [a]; "
                + "push filter 2: branch 'c' matches none of the includes [b]"),
        Row(
            name: "the action's branch doesn't count", push: [.init(branches: criteria(["dev"]))],
            change: push("main"), expected: "push filter 1: branch 'main' matches none of the includes [dev]"),
        Row(
            name: "a deletion never starts", push: [.init(branches: criteria(["**"]))],
            change: .branchDeleted(branch: "x", before: "c0"), expected: "branch 'x' was deleted"),
        Row(
            name: "nothing moved", push: [.init(branches: criteria(["**"]))], change: push("x", before: "c1"),
            expected: "branch 'x' points where it pointed before"),
        // Tags.
        Row(
            name: "a tag's short name", push: [.init(tags: criteria(["v*"]))],
            change: .tagPushed(tag: "v1", commit: "c1"), expected: "starts at c1"),
        Row(
            name: "another tag", push: [.init(tags: criteria(["v*"]))], change: .tagPushed(tag: "x", commit: "c1"),
            expected: "push filter 1: tag 'x' matches none of the includes [v*]"),
        Row(
            name: "an excluded tag", push: [.init(tags: criteria(["v*"], not: ["*-rc"]))],
            change: .tagPushed(tag: "v1-rc", commit: "c1"),
            expected: "push filter 1: tag 'v1-rc' matches the exclude '*-rc'"),
        Row(
            name: "a tag for a branch filter", push: [.init(branches: criteria(["**"]))],
            change: .tagPushed(tag: "v1", commit: "c1"),
            expected: "push filter 1: it is for branches, the push is to a tag"),
        Row(
            name: "a branch for a tag filter", push: [.init(tags: criteria(["**"]))], change: push("main"),
            expected: "push filter 1: it is for tags, the push is to a branch"),
        Row(
            name: "a deleted tag", push: [.init(tags: criteria(["**"]))], change: .tagDeleted(tag: "v1"),
            expected: "tag 'v1' was deleted"),
        // File paths.
        Row(
            name: "one file is enough",
            push: [.init(branches: criteria(["main"]), filePaths: criteria(["src/**"], not: ["**/*.md"]))],
            change: push("main"), paths: ["README.md", "src/a.md", "src/a.swift"], expected: "starts at c1"),
        Row(
            name: "each file by itself",
            push: [.init(branches: criteria(["main"]), filePaths: criteria(["src/**"], not: ["**/*.md"]))],
            change: push("main"), paths: ["README.swift", "src/a.md"],
            expected: "push filter 1: none of the 2 changed paths matches its file paths"),
        Row(
            name: "only excluded paths",
            push: [.init(branches: criteria(["main"]), filePaths: criteria(not: ["docs/**"]))],
            change: push("main"), paths: ["docs/a", "docs/b/c"],
            expected: "push filter 1: none of the 2 changed paths matches its file paths"),
        Row(
            name: "branch AND paths",
            push: [.init(branches: criteria(["main"]), filePaths: criteria(["src/**"]))],
            change: push("dev"), paths: ["src/a"],
            expected: "push filter 1: branch 'dev' matches none of the includes [main]"),
        Row(
            name: "paths unknown", push: [.init(branches: criteria(["main"]), filePaths: criteria(["src/**"]))],
            change: push("main"), expected: "asks about push(before: \"c0\", after: \"c1\")"),
        Row(
            name: "paths unknown, and another filter passes without",
            push: [
                .init(branches: criteria(["main"]), filePaths: criteria(["src/**"])), .init(branches: criteria(["m*"])),
            ],
            change: push("main"), expected: "starts at c1"),
        Row(
            name: "paths unknown, and the branch says no",
            push: [.init(branches: criteria(["main"]), filePaths: criteria(["src/**"]))], change: push("dev"),
            expected: "push filter 1: branch 'dev' matches none of the includes [main]"),
        Row(
            name: "a new branch with paths",
            push: [.init(branches: criteria(["**"]), filePaths: criteria(["src/**"]))],
            change: push("new", before: nil), paths: ["src/a"],
            expected: "push filter 1: branch 'new' is new, and the first push never passes file paths"),
        Row(
            name: "a new branch without paths", push: [.init(branches: criteria(["**"]))],
            change: push("new", before: nil), expected: "starts at c1"),
        // Pull requests.
        Row(
            name: "the TARGET branch counts", pullRequest: [.init(branches: criteria(["main"]))],
            change: request(.open, to: "main"), expected: "starts at h1"),
        Row(
            name: "the source branch doesn't", pullRequest: [.init(branches: criteria(["feature/**"]))],
            change: request(.open, to: "main"),
            expected: "pull request filter 1: target branch 'main' matches none of the includes [feature/**]"),
        Row(
            name: "no events means all", pullRequest: [.init(branches: criteria(["main"]))],
            change: request(.closed), expected: "starts at h1"),
        Row(
            name: "another event", pullRequest: [.init(events: [.closed, .open], branches: criteria(["main"]))],
            change: request(.updated),
            expected: "pull request filter 1: the event is UPDATED, not one of CLOSED, OPEN"),
        Row(
            name: "event AND branch",
            pullRequest: [.init(events: [.open]), .init(events: [.updated], branches: criteria(["dev"]))],
            change: request(.updated),
            expected: "pull request filter 1: the event is UPDATED, not one of OPEN; "
                + "pull request filter 2: target branch 'main' matches none of the includes [dev]"),
        Row(
            name: "a pull request's paths are the host's to tell",
            pullRequest: [.init(branches: criteria(["main"]), filePaths: criteria(["src/**"]))],
            change: request(.open),
            expected: "asks about pullRequest(number: 7, head: \"h1\", targetBranch: \"main\", base: Optional(\"b1\"))"),
        Row(
            name: "a pull request's paths, known",
            pullRequest: [.init(branches: criteria(["main"]), filePaths: criteria(["src/**"]))],
            change: request(.open), paths: ["doc"],
            expected: "pull request filter 1: none of the 1 changed paths matches its file paths"),
        // The lists.
        Row(
            name: "a push for pull request filters", pullRequest: [.init(branches: criteria(["main"]))],
            change: push("main"), expected: "the trigger has filters for pull requests only, this is a push"),
        Row(
            name: "a pull request for push filters", push: [.init(branches: criteria(["main"]))],
            change: request(.open), expected: "the trigger has filters for pushes only, this is a pull request"),
        Row(
            name: "both lists: the push half of a merge", push: [.init(branches: criteria(["main"]))],
            pullRequest: [.init(events: [.closed], branches: criteria(["main"]))], change: push("main"),
            expected: "starts at c1"),
        Row(
            name: "both lists: the pull request half of a merge", push: [.init(branches: criteria(["main"]))],
            pullRequest: [.init(events: [.closed], branches: criteria(["main"]))], change: request(.closed),
            expected: "starts at h1"),
    ]

    static let hook = Hook(
        id: "id", name: "hook", translator: .immediate(PlainWebhook()), authentication: .unauthenticated,
        connection: IntakeBench.connection, servesGitHubV1: false)

    /// As the ledger makes it of a declaration.
    static func binding(
        push: [PushFilter] = [], pullRequest: [PullRequestFilter] = [], detectChanges: String? = nil
    ) throws -> SourceBinding {
        var declaration = IntakeBench.pipeline
        declaration.pipelineType = .v2
        declaration.stages[0].actions[0].configuration["DetectChanges"] = detectChanges.map { .plain($0) }
        declaration.triggers = [
            TriggerDeclaration(
                gitConfiguration: GitConfiguration(
                    sourceActionName: "Checkout", push: push.isEmpty ? nil : push,
                    pullRequest: pullRequest.isEmpty ? nil : pullRequest))
        ]
        return try #require(SourceBinding.bindings(of: declaration).first)
    }

    @Test(arguments: rows.indices)
    func `each row of the semantics holds`(index: Int) throws {
        let row = Self.rows[index]
        let binding = try Self.binding(push: row.push, pullRequest: row.pullRequest, detectChanges: "false")
        let event = SourceEvent(repository: "acme/app", change: row.change, changedPaths: row.paths)
        let verdict = Matchmaker(hook: Self.hook, webhookARN: "arn").verdict(on: event, for: binding)
        #expect(MatchmakerTests.words(verdict) == row.expected, "\(row.name)")
        guard case .no(let reason) = verdict else { return }
        #expect(DeliveryDecision(pipeline: "p", started: nil, reason: reason).weight == .filtered, "\(reason)")
    }

    @Test(arguments: [(false, "none of the"), (true, "asks about"), (nil, "asks about")] as [(Bool?, String)])
    func `only the host can say that a push matches nothing, unless it surely was not forced`(
        forced: Bool?, words: String
    ) throws {
        let binding = try Self.binding(push: [.init(filePaths: Self.criteria(["src/**"]))])
        let change = SourceEvent.Change.branchPushed(branch: "main", before: "c0", after: "c1", forced: forced)
        func verdict(_ paths: [String]) -> String {
            let event = SourceEvent(repository: "acme/app", change: change, changedPaths: paths)
            return MatchmakerTests.words(
                Matchmaker(hook: Self.hook, webhookARN: "arn").verdict(on: event, for: binding))
        }
        #expect(verdict(["docs/a"]).contains(words))
        #expect(verdict(["docs/a", "src/a"]) == "starts at c1")
    }

    @Test func `a question carries the filters that hang on it, and the start`() throws {
        let binding = try Self.binding(push: [
            .init(branches: Self.criteria(["dev"]), filePaths: Self.criteria(["never"])),
            .init(branches: Self.criteria(["main"]), filePaths: Self.criteria(["src/**"])),
            .init(branches: Self.criteria(["m*"]), filePaths: Self.criteria(["lib/**"])),
        ])
        let event = SourceEvent(repository: "acme/app", change: Self.push("main"))
        guard
            case .asks(let question) = Matchmaker(hook: Self.hook, webhookARN: "arn").verdict(on: event, for: binding)
        else {
            Issue.record("no question")
            return
        }
        #expect(question.filters == [Self.criteria(["src/**"]), Self.criteria(["lib/**"])])
        #expect(question.connection == IntakeBench.connection.arn && question.repository == "acme/app")
        #expect(question.event == SourceEvent(repository: event.repository, change: event.change))
        #expect(question.request.trigger.type == .webhookV2)
        #expect(question.request.input.sourceRevisions.map(\.revisionValue) == ["c1"])
    }

    @Test(
        arguments: [
            (true, nil, "true"), (false, nil, nil), (nil, nil, "true"), (true, "trusted", nil), (true, "maybe", "true"),
        ] as [(Bool?, String?, String?)])
    func `a pull request that may be a fork's is marked unless the connection trusts forks`(
        fromFork: Bool?, option: String?, mark: String?
    ) throws {
        let connection = Connection(
            name: "host", arn: IntakeBench.connection.arn, provider: "GitHub", url: "https://host.example",
            options: option.map { ["forks": $0] } ?? [:])
        let hook = Hook(
            id: "id", name: "hook", translator: .immediate(PlainWebhook()), authentication: .unauthenticated,
            connection: connection, servesGitHubV1: false)
        let event = SourceEvent(
            repository: "acme/app",
            change: .pullRequest(
                .init(
                    event: .open, number: 7, sourceBranch: "x", targetBranch: "main", head: "h1", base: "b1",
                    fromFork: fromFork)))
        let binding = try Self.binding(pullRequest: [.init(branches: Self.criteria(["main"]))])
        guard case .starts(let start) = Matchmaker(hook: hook, webhookARN: "arn").verdict(on: event, for: binding)
        else {
            Issue.record("it does not start")
            return
        }
        #expect(start.input.eventVariables?[PipelineExecution.forkMark] == mark)
    }

    @Test func `a reason stays short, whatever names and patterns are`() throws {
        let long = String(repeating: "ä", count: 255)
        let filter = PushFilter(branches: Self.criteria(Array(repeating: long, count: 8), not: [long + "x"]))
        let binding = try Self.binding(push: [filter, filter, filter])
        let event = SourceEvent(repository: "acme/app", change: Self.push(String(repeating: "b", count: 4000)))
        let verdict = Matchmaker(hook: Self.hook, webhookARN: "arn").verdict(on: event, for: binding)
        #expect(MatchmakerTests.words(verdict).count < 1500)
    }
}
