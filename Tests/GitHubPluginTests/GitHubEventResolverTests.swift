import Foundation
import PipelineModel
import PluginKit
import Testing

@testable import GitHubPlugin

@Suite struct GitHubEventResolverTests {
    static let tag = String(repeating: "c3", count: 20)
    static let outer = String(repeating: "d4", count: 20)
    private let resolver = GitHubEventResolver()

    private func tagged(_ id: String) -> SourceEvent {
        SourceEvent(
            repository: "acme/app", change: .tagPushed(tag: "v1", commit: id), sender: .init(id: "7"),
            unresolved: .taggedCommit)
    }

    private func resolve(_ event: SourceEvent, in world: GitHubWorld) async throws -> [SourceEvent] {
        try await resolver.resolve(event, on: world.connection(), host: world.host)
    }

    private func enriched(_ event: SourceEvent, in world: GitHubWorld) async throws -> SourceEvent {
        try await resolver.enriched(event, on: world.connection(), host: world.host)
    }

    @Test func `a tag comes to its commit, however deep`() async throws {
        try await GitHubWorld.with { world in
            try await world.set(
                """
                {"commits":["\(GitHubWorld.commit)"],"tags":{
                "\(Self.tag)":{"tag":"v1","sha":"\(Self.tag)","object":{"type":"commit","sha":"\(GitHubWorld.commit)"}},
                "\(Self.outer)":{"tag":"v1","sha":"x","object":{"type":"tag","sha":"\(Self.tag)"}}}}
                """)
            for id in [GitHubWorld.commit, Self.tag, Self.outer] {
                let found = try await resolve(tagged(id), in: world)
                var expected = tagged(id)
                expected.change = .tagPushed(tag: "v1", commit: GitHubWorld.commit)
                expected.unresolved = nil
                #expect(found == [expected])
            }
        }
    }

    @Test func `a tag of something else, or of itself, comes to no commit`() async throws {
        try await GitHubWorld.with { world in
            try await world.set(
                """
                {"tags":{"\(Self.tag)":{"object":{"type":"tree","sha":"\(Self.outer)"}},
                "\(Self.outer)":{"object":{"type":"tag","sha":"\(Self.outer)"}}}}
                """)
            for id in [Self.tag, Self.outer, GitHubWorld.other] {
                let none = await failure {
                    _ = try await resolve(tagged(id), in: world)
                }
                #expect(none?.type == .revisionUnavailable)
            }
        }
    }

    @Test func `an event without open facts comes back as it is, and other facts are not GitHub's`() async throws {
        try await GitHubWorld.with { world async throws in
            var event = tagged(Self.tag)
            event.unresolved = nil
            #expect(try await resolve(event, in: world) == [event])
            #expect(try await enriched(event, in: world) == event)
            event.unresolved = .refs
            let refused = await failure { [event] in
                _ = try await resolve(event, in: world)
            }
            #expect(refused?.type == .configurationError)
            #expect(try await world.calls().isEmpty)
        }
    }

    // MARK: Pushes

    private func push(forced: Bool?, paths: [String]? = nil, before: String? = GitHubWorld.other) -> SourceEvent {
        SourceEvent(
            repository: "acme/app",
            change: .branchPushed(branch: "main", before: before, after: GitHubWorld.commit, forced: forced),
            changedPaths: paths)
    }

    private func comparison(_ status: String, files: String) -> String {
        let place = "\(GitHubWorld.other)...\(GitHubWorld.commit)"
        return #"{"compare":{"\#(place)":{"status":"\#(status)","total_commits":1,"commits":[],"files":[\#(files)]}}}"#
    }

    private static let files = """
        {"filename":"a","status":"modified"},{"filename":"new/b","previous_filename":"b","status":"renamed"},
        {"filename":"c","status":"removed"},{"filename":"a","status":"modified"},{"filename":"d","status":"unchanged"}
        """

    @Test(
        arguments: [
            ("ahead", nil, false, ["a", "b", "new/b", "c"]), ("identical", nil, false, ["a", "b", "new/b", "c"]),
            ("diverged", nil, true, nil), ("behind", nil, true, nil), ("odd", nil, nil, nil),
            ("ahead", false, false, ["a", "b", "new/b", "c"]),
        ] as [(String, Bool?, Bool?, [String]?)])
    func `a comparison tells whether a push was forced, and its paths`(
        status: String, said: Bool?, forced: Bool?, paths: [String]?
    ) async throws {
        try await GitHubWorld.with { world in
            try await world.set(comparison(status, files: Self.files))
            let found = try await enriched(push(forced: said), in: world)
            #expect(found == push(forced: forced, paths: paths))
        }
    }

    @Test func `a list that may be cut, or a commit that is gone, tells nothing`() async throws {
        try await GitHubWorld.with { world in
            #expect(
                try await enriched(push(forced: nil), in: world)
                    == push(forced: nil))
            let many = (0..<300).map { #"{"filename":"\#($0)"}"# }.joined(separator: ",")
            try await world.set(comparison("ahead", files: many))
            #expect(
                try await enriched(push(forced: nil), in: world)
                    == push(forced: false))
        }
    }

    @Test func `what is known or can't be known is not asked`() async throws {
        try await GitHubWorld.with { world async throws in
            let known = [
                push(forced: false, paths: ["a"]), push(forced: true), push(forced: nil, before: nil),
                SourceEvent(repository: "acme/app", change: .branchDeleted(branch: "main", before: nil)),
            ]
            for event in known {
                #expect(try await enriched(event, in: world) == event)
            }
            #expect(try await world.calls().isEmpty)
        }
    }

    // MARK: Pull requests

    private func pull(base: String? = GitHubWorld.other, paths: [String]? = nil) -> SourceEvent {
        let request = SourceEvent.PullRequest(
            event: .open, number: 7, sourceBranch: "x", targetBranch: "main", head: GitHubWorld.commit, base: base)
        return SourceEvent(repository: "acme/app", change: .pullRequest(request), changedPaths: paths)
    }

    @Test func `a pull request's paths come from its two commits`() async throws {
        try await GitHubWorld.with { world in
            try await world.set(comparison("diverged", files: Self.files))
            let found = try await enriched(pull(), in: world)
            #expect(found == pull(paths: ["a", "b", "new/b", "c"]))
            #expect(try await world.calls().count == 1)
        }
    }

    @Test(arguments: [(350, 350, true), (349, 350, false), (3000, 3000, false)])
    func `a large pull request's paths come from its own list, where that is whole`(
        listed: Int, said: Int, isWhole: Bool
    ) async throws {
        try await GitHubWorld.with { world in
            let files = (0..<listed).map { #"{"filename":"\#($0)"}"# }.joined(separator: ",")
            try await world.set(
                """
                {"pulls":{"7":{"head":{"sha":"\(GitHubWorld.commit)"},"changed_files":\(said)}},
                "files":{"7":[\(files)]}}
                """)
            let found = try await enriched(pull(base: nil), in: world)
            #expect(found == pull(base: nil, paths: isWhole ? (0..<listed).map(String.init) : nil))
        }
    }

    @Test func `a pull request that has moved on tells nothing of its old head`() async throws {
        try await GitHubWorld.with { world in
            try await world.set(#"{"pulls":{"7":{"head":{"sha":"\#(GitHubWorld.other)"},"changed_files":1}}}"#)
            #expect(
                try await enriched(pull(base: nil), in: world)
                    == pull(base: nil))
            try await world.set(#"{"pulls":{}}"#)
            #expect(try await enriched(pull(), in: world) == pull())
        }
    }
}
