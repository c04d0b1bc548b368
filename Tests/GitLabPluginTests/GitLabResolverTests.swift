import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import GitLabPlugin

@Suite struct GitLabResolverTests {
    private static func id(_ pair: String) -> String { String(repeating: pair, count: 20) }
    private static let before = id("aa")
    private static let after = id("bb")
    private static let gone = id("cc")
    private static let tagObject = id("dd")

    private static func push(
        before: String? = before, after: String = after, paths: [String]? = nil, forced: Bool? = nil
    ) -> SourceEvent {
        SourceEvent(
            repository: GitLabServer.repository,
            change: .branchPushed(branch: "main", before: before, after: after, forced: forced), changedPaths: paths)
    }

    private static func request(head: String = after, number: Int = 12) -> SourceEvent {
        SourceEvent(
            repository: GitLabServer.repository,
            change: .pullRequest(
                .init(event: .open, number: number, sourceBranch: "x", targetBranch: "main", head: head)))
    }

    private static let state = """
        {"merge_bases": {"\(before) \(after)": "\(before)", "\(after) \(before)": "\(gone)", "\(before) \(tagObject)": "none"},
         "comparisons": {
          "\(before) \(after) true": {"diffs": [{"old_path": "a", "new_path": "a"}, {"old_path": "b", "new_path": "c"}], "compare_timeout": false},
          "\(after) \(before) true": {"diffs": [{"old_path": "d", "new_path": "d"}], "compare_timeout": false},
          "\(before) \(tagObject) true": {"diffs": [{"old_path": "a", "new_path": "a"}], "compare_timeout": true}},
         "tags": {"v1/x": {"name": "v1/x", "target": "\(tagObject)", "commit": {"id": "\(after)"}},
                  "tree": {"name": "tree", "target": "\(tagObject)", "commit": null}},
         "commits": ["\(after)"],
         "merge_requests": {
          "12": {"shown": {"sha": "\(after)", "changes_count": "2", "diff_refs": {"base_sha": "\(gone)", "head_sha": "\(after)", "start_sha": "\(before)"}},
                 "files": [{"old_path": "a", "new_path": "b"}, {"old_path": "c", "new_path": "c"}]},
          "13": {"shown": {"sha": "\(after)", "changes_count": "1000+", "diff_refs": null}, "files": []},
          "14": {"shown": {"sha": "\(after)", "changes_count": "3", "diff_refs": null}, "files": [{"old_path": "a", "new_path": "a"}]}}}
        """

    private static func enriched(_ event: SourceEvent, mode: String = "ok") async throws -> SourceEvent {
        var result = event
        try await GitLabServer.with(state) { server, host in
            result = try await GitLabResolver().enriched(event, on: server.connection(mode), host: host)
        }
        return result
    }

    private static func resolved(_ event: SourceEvent) async throws -> [SourceEvent] {
        var result: [SourceEvent] = []
        try await GitLabServer.with(state) { server, host in
            result = try await GitLabResolver().resolve(event, on: server.connection(), host: host)
        }
        return result
    }

    @Test func `a push is forced where its merge base is not the commit before`() async throws {
        let plain = try await Self.enriched(Self.push())
        #expect(plain == Self.push(paths: ["a", "b", "c"], forced: false))
        let forced = try await Self.enriched(Self.push(before: Self.after, after: Self.before, paths: ["x"]))
        #expect(forced == Self.push(before: Self.after, after: Self.before, paths: ["d"], forced: true))
    }

    @Test func `what GitLab can't tell whole stays unknown`() async throws {
        let unrelated = try await Self.enriched(Self.push(after: Self.tagObject))
        #expect(unrelated == Self.push(after: Self.tagObject, forced: true))
        let collected = try await Self.enriched(Self.push(before: Self.gone, paths: ["x"]))
        #expect(collected == Self.push(before: Self.gone, paths: ["x"]))
        let unseen = try await Self.enriched(Self.request(number: 99))
        #expect(unseen == Self.request(number: 99))
        for number in [13, 14] {
            let capped = try await Self.enriched(Self.request(number: number))
            #expect(capped.changedPaths == nil)
        }
    }

    @Test func `a merge request gets its files and the commit it was compared with`() async throws {
        let known = try await Self.enriched(Self.request())
        #expect(known.changedPaths == ["a", "b", "c"])
        guard case .pullRequest(let request) = known.change else {
            Issue.record("it is another change")
            return
        }
        #expect(request.base == Self.before)
        let moved = Self.request(head: Self.gone)
        #expect(try await Self.enriched(moved) == moved)
    }

    @Test func `an event that has it all is not asked about`() async throws {
        try await GitLabServer.with(Self.state) { server, host in
            let known = [
                Self.push(paths: ["a"], forced: false), Self.push(before: nil),
                SourceEvent(repository: GitLabServer.repository, change: .tagDeleted(tag: "v1")),
            ]
            for event in known {
                let enriched = try await GitLabResolver().enriched(event, on: server.connection(), host: host)
                let resolved = try await GitLabResolver().resolve(event, on: server.connection(), host: host)
                #expect(enriched == event && resolved == [event])
            }
            #expect(try server.requests.isEmpty)
        }
    }

    @Test func `a tag comes to its commit while it points where it pointed`() async throws {
        func tag(_ name: String, _ commit: String, _ open: SourceEvent.OpenFact?) -> SourceEvent {
            SourceEvent(
                repository: GitLabServer.repository, change: .tagPushed(tag: name, commit: commit), unresolved: open)
        }
        let found = try await Self.resolved(tag("v1/x", Self.tagObject, .taggedCommit))
        #expect(found == [tag("v1/x", Self.after, nil)])
        for (name, target) in [("v1/x", Self.gone), ("none", Self.tagObject), ("tree", Self.tagObject)] {
            let failure = await #expect(throws: FailureDetails.self) {
                try await Self.resolved(tag(name, target, .taggedCommit))
            }
            #expect(failure?.type == .revisionUnavailable, "\(name)")
        }
    }

    @Test func `a short id comes to the whole one`() async throws {
        var short = Self.push(after: String(Self.after.prefix(12)))
        short.unresolved = .fullCommitID
        #expect(try await Self.resolved(short) == [Self.push()])
        var request = Self.request(head: String(Self.after.prefix(12)))
        request.unresolved = .fullCommitID
        #expect(try await Self.resolved(request) == [Self.request()])
        var unknown = Self.push(after: String(Self.gone.prefix(12)))
        unknown.unresolved = .fullCommitID
        let failure = await #expect(throws: FailureDetails.self) { try await Self.resolved(unknown) }
        #expect(failure?.type == .revisionUnavailable)
        var refs = SourceEvent(repository: GitLabServer.repository, change: .refsChanged)
        refs.unresolved = .refs
        let none = await #expect(throws: FailureDetails.self) { try await Self.resolved(refs) }
        #expect(none?.type == .configurationError)
    }

    @Test(arguments: GitLabHookTests.faults.indices)
    func `a fault of the host is no answer`(index: Int) async throws {
        let fault = GitLabHookTests.faults[index]
        for event in [Self.push(), Self.request()] {
            let failure = await #expect(throws: FailureDetails.self) {
                try await Self.enriched(event, mode: fault.mode)
            }
            #expect(failure?.type == fault.type, "\(fault.mode)")
        }
    }

    @Test func `the module contributes what GitLab has`() throws {
        #expect(try GitLab(settings: .map([:])).contributions.count == 5)
        #expect(GitLab.description.name == "GitLab")
        #expect(throws: SettingsError.self) { try GitLab(settings: .map(["x": .bool(true)])) }
        #expect(GitLabResolver().provider == "GitLab")
    }
}
