import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import GiteaPlugin

@Suite struct GiteaResolverTests {
    private static func id(_ pair: String) -> String { String(repeating: pair, count: 20) }
    private static let head = id("bb")
    private static let tagObject = id("dd")
    private static let base = id("aa")
    private static let (lost, cut, bare) = (id("ee"), id("ff"), id("a1"))

    private static func push(
        from before: String? = base, to after: String = head, forced: Bool? = nil, paths: [String]? = nil
    ) -> SourceEvent {
        SourceEvent(
            repository: GiteaServer.repository,
            change: .branchPushed(branch: "main", before: before, after: after, forced: forced), changedPaths: paths)
    }

    private static func request(head: String = head, number: Int = 12) -> SourceEvent {
        SourceEvent(
            repository: GiteaServer.repository,
            change: .pullRequest(
                .init(event: .open, number: number, sourceBranch: "x", targetBranch: "main", head: head)))
    }

    private static let files = (0..<70).map { #"{"filename": "f\#($0)", "status": "added"}"# }.joined(
        separator: ",")
    private static let state = """
        {"largest_page": 30,
         "comparisons": {
          "\(head)...\(base)": {"total_commits": 0, "commits": []},
          "\(base)...\(head)": {"total_commits": 2, "commits": [
            {"files": [{"filename": "b", "status": "modified"}]}, {"files": [{"filename": "a"}, {"filename": "b"}]}]},
          "\(base)...\(lost)": {"total_commits": 3, "commits": []},
          "\(head)...\(cut)": {"total_commits": 0, "commits": []},
          "\(cut)...\(head)": {"total_commits": 9, "commits": [{"files": [{"filename": "a"}]}]},
          "\(head)...\(bare)": {"total_commits": 0, "commits": []},
          "\(bare)...\(head)": {"total_commits": 1, "commits": [{"files": null}]}},
         "tags": {"v1/x": {"name": "v1/x", "id": "\(tagObject)", "commit": {"sha": "\(head)"}},
                  "tree": {"name": "tree", "id": "\(tagObject)", "commit": null}},
         "pulls": {
          "12": {"shown": {"head": {"sha": "\(head)"}, "changed_files": 2},
                 "files": [{"filename": "b", "previous_filename": "a", "status": "renamed"}, {"filename": "c", "status": "added"}]},
          "13": {"shown": {"head": {"sha": "\(head)"}, "changed_files": 70}, "files": [\(files)]},
          "14": {"shown": {"head": {"sha": "\(head)"}, "changed_files": 3}, "files": [{"filename": "c"}]},
          "15": {"shown": {"head": {"sha": "\(head)"}}, "files": [{"filename": "c"}]}}}
        """

    private static func enriched(_ event: SourceEvent, mode: String = "ok") async throws
        -> SourceEvent
    {
        var result = event
        try await GiteaServer.with(state) { server, host in
            result = try await GiteaResolver(.gitea).enriched(
                event, on: server.connection(mode), host: host)
        }
        return result
    }

    @Test func `a pull request gets its files, both names of renamed ones`() async throws {
        #expect(try await Self.enriched(Self.request()).changedPaths == ["a", "b", "c"])
        for mode in ["ok", "uncounted"] {
            #expect(
                try await Self.enriched(Self.request(number: 13), mode: mode).changedPaths?.count == 70)
        }
    }

    @Test func `a push is forced where the commit before holds what the new one doesn't`() async throws {
        #expect(try await Self.enriched(Self.push()) == Self.push(forced: false, paths: ["b", "a"]))
        #expect(try await Self.enriched(Self.push(paths: ["x"])) == Self.push(forced: false, paths: ["x"]))
        // Which files it took away, only Git can tell; those that the payload lists are not all.
        let forced = Self.push(from: Self.lost, to: Self.base, forced: true)
        #expect(try await Self.enriched(Self.push(from: Self.lost, to: Self.base, paths: ["x"])) == forced)
        for half in [Self.cut, Self.bare] {
            #expect(try await Self.enriched(Self.push(from: half)) == Self.push(from: half, forced: false))
        }
    }

    @Test func `what is known already is not asked for`() async throws {
        try await GiteaServer.with(Self.state) { server, host in
            for event in [
                Self.push(forced: false, paths: ["a"]), Self.push(forced: true, paths: ["a"]), Self.push(from: nil),
            ] {
                let known = try await GiteaResolver(.gitea).enriched(event, on: server.connection(), host: host)
                #expect(known == event)
            }
            #expect(try server.requests.isEmpty)
        }
    }

    @Test func `what the forge can't tell whole stays unknown`() async throws {
        for event in [
            Self.push(from: Self.tagObject), Self.push(from: "main", paths: ["x"]), Self.request(head: Self.tagObject),
            Self.request(number: 14), Self.request(number: 15),
            Self.request(number: 99),
        ] {
            #expect(try await Self.enriched(event) == event)
        }
    }

    @Test func `a tag comes to its commit while it points where it pointed`() async throws {
        func tag(_ name: String, _ commit: String, _ open: SourceEvent.OpenFact?) -> SourceEvent {
            SourceEvent(
                repository: GiteaServer.repository, change: .tagPushed(tag: name, commit: commit),
                unresolved: open)
        }
        try await GiteaServer.with(Self.state) { server, host in
            let resolver = GiteaResolver(.forgejo)
            #expect(resolver.provider == "Forgejo")
            let connection = server.connection(provider: "Forgejo")
            let found = try await resolver.resolve(
                tag("v1/x", Self.tagObject, .taggedCommit), on: connection, host: host)
            #expect(found == [tag("v1/x", Self.head, nil)])
            let plain = tag("v1/x", Self.head, nil)
            #expect(try await resolver.resolve(plain, on: connection, host: host) == [plain])
            for (name, target) in [
                ("v1/x", Self.id("ee")), ("none", Self.tagObject), ("tree", Self.tagObject),
            ] {
                let failure = await #expect(throws: FailureDetails.self) {
                    try await resolver.resolve(tag(name, target, .taggedCommit), on: connection, host: host)
                }
                #expect(failure?.type == .revisionUnavailable, "\(name)")
            }
            var short = Self.request()
            short.unresolved = .fullCommitID
            let failure = await #expect(throws: FailureDetails.self) {
                try await resolver.resolve(short, on: connection, host: host)
            }
            #expect(failure?.type == .configurationError)
        }
    }

    @Test(arguments: GiteaStatusTests.faults.indices)
    func `a fault of the host is no answer`(index: Int) async throws {
        let fault = GiteaStatusTests.faults[index]
        let failure = await #expect(throws: FailureDetails.self) {
            try await Self.enriched(Self.request(), mode: fault.mode)
        }
        #expect(failure?.type == fault.type, "\(fault.mode)")
    }

    @Test func `the module contributes three webhooks, and an API for two forges`() throws {
        #expect(try Gitea(settings: .map([:])).contributions.count == 9)
        #expect(Gitea.description.name == "Gitea")
        #expect(throws: SettingsError.self) { try Gitea(settings: .map(["x": .bool(true)])) }
    }
}
