import Foundation
import PipelineEngine
import PipelineModel
import PluginKit
import Testing

@testable import WebhookIntake

@Suite struct MatchmakerTests {
    private static let old = "arn:aws:codestar-connections:us-east-1:000000000000:connection/host"
    private static let other = "arn:aws:codeconnections:us-east-1:000000000000:connection/other"

    private func reason(
        _ change: SourceEvent.Change, origin: SourceBinding.Origin, v1: Bool = false
    ) -> String {
        let hook = Hook(
            id: "id", name: "hook", translator: .immediate(PlainWebhook()), authentication: .unauthenticated,
            connection: IntakeBench.connection, servesGitHubV1: v1)
        let binding = SourceBinding(
            pipeline: "app", action: "Checkout", origin: origin, repository: "acme/app", branch: "main")
        let event = SourceEvent(repository: "acme/app", change: change)
        return Self.words(Matchmaker(hook: hook, webhookARN: "arn").verdict(on: event, for: binding))
    }

    static func words(_ verdict: MatchVerdict) -> String {
        switch verdict {
        case .starts(let request): "starts at \(request.input.sourceRevisions.map(\.revisionValue).joined())"
        case .asks(let question): "asks about \(question.change)"
        case .no(let reason): reason
        }
    }

    @Test(arguments: [
        (SourceEvent.Change.branchPushed(branch: "main", before: nil, after: "c1", forced: nil), "starts at c1"),
        (
            .branchPushed(branch: "dev", before: nil, after: "c1", forced: nil),
            "the push is to branch 'dev', the source follows 'main'"
        ),
        (
            .branchPushed(branch: "main", before: "c1", after: "c1", forced: nil),
            "branch 'main' points where it pointed before"
        ),
        (.branchDeleted(branch: "main", before: "c0"), "branch 'main' was deleted"),
        (.tagPushed(tag: "v1", commit: "c1"), "the push is to tag 'v1', the source follows branch 'main'"),
        (.tagDeleted(tag: "v1"), "tag 'v1' was deleted"),
        (
            .pullRequest(
                .init(event: .open, number: 1, sourceBranch: "main", targetBranch: "main", head: "c1")),
            "the source follows pushes to branch 'main'"
        ),
    ])
    func `a push to the source's branch starts it, anything else says why not`(
        change: SourceEvent.Change, expected: String
    ) {
        #expect(reason(change, origin: .connection(ConnectionARN(Self.old))) == expected)
    }

    @Test func `a hook speaks for its own connection only`() {
        let push = SourceEvent.Change.branchPushed(branch: "main", before: nil, after: "c1", forced: nil)
        #expect(reason(push, origin: .connection(ConnectionARN(Self.other))).contains("the source uses the connection"))
        #expect(reason(push, origin: .gitHubV1).contains("version 1"))
        #expect(reason(push, origin: .gitHubV1, v1: true) == "starts at c1")
    }

    /// The order of reasons goes by their words.
    @Test func `reasons weigh what they say`() {
        func weight(_ change: SourceEvent.Change, _ origin: SourceBinding.Origin) -> DeliveryDecision.Weight {
            DeliveryDecision(pipeline: "p", started: nil, reason: reason(change, origin: origin)).weight
        }
        let push = SourceEvent.Change.branchPushed(branch: "dev", before: nil, after: "c1", forced: nil)
        #expect(weight(push, .connection(ConnectionARN(Self.other))) == .elsewhere)
        #expect(weight(push, .gitHubV1) == .elsewhere)
        let own = SourceBinding.Origin.connection(ConnectionARN(Self.old))
        for change in [
            push, .branchDeleted(branch: "main", before: "c0"), .tagPushed(tag: "v1", commit: "c1"),
            .tagDeleted(tag: "v1"),
            .branchPushed(branch: "main", before: "c1", after: "c1", forced: nil),
            .pullRequest(.init(event: .open, number: 1, sourceBranch: "main", targetBranch: "main", head: "c1")),
        ] { #expect(weight(change, own) == .filtered, "\(change)") }
    }
}

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

    // MARK: What a start carries

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
