import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import GiteaPlugin

@Suite struct GiteaStatusTests {
    private static let commit = String(repeating: "ab", count: 20)
    private static let state = #"{"commits": ["\#(commit)"]}"#

    private static func status(
        _ state: CommitStatus.State, commit: String = commit,
        repository: String = GiteaServer.repository,
        context: String = "penstock/storefront/Deploy", url: String? = "https://penstock.example/e/1"
    ) -> CommitStatus {
        CommitStatus(
            repository: repository, commit: commit, branch: "main", state: state, context: context,
            description: "Deploy is under way", url: url)
    }

    private static func failure(_ work: () async throws -> Void) async -> FailureDetails? {
        do { try await work() } catch { return error as? FailureDetails }
        return nil
    }

    @Test func `each state is told in Gitea's word`() async throws {
        try await GiteaServer.with(Self.state) { server, host in
            for state in [
                CommitStatus.State.pending, .running, .succeeded, .failed, .cancelled, .skipped,
            ] {
                try await GiteaStatuses(.gitea).report(
                    Self.status(state), mayBeThere: false, on: server.connection(), host: host)
            }
            let told = try server.requests.compactMap { $0.body?["state"]?.string }
            #expect(told == ["pending", "pending", "success", "failure", "error", "success"])
            let first = try #require(try server.requests.first)
            #expect(first.path == "/repos/acme/storefront/statuses/\(Self.commit)")
            #expect(
                first.body
                    == .map([
                        "state": .string("pending"), "context": .string("penstock/storefront/Deploy"),
                        "description": .string("Deploy is under way"),
                        "target_url": .string("https://penstock.example/e/1"),
                    ]))
        }
    }

    @Test(arguments: [
        CommitStatus.State.pending, .running, .succeeded, .failed, .cancelled, .skipped,
    ])
    func `a report that may be there is shown once`(state: CommitStatus.State) async throws {
        try await GiteaServer.with(Self.state) { server, host in
            let reporter = GiteaStatuses(.forgejo)
            #expect(reporter.provider == "Forgejo")
            let connection = server.connection(provider: "Forgejo")
            for again in [false, true, true] {
                try await reporter.report(
                    Self.status(state, url: nil), mayBeThere: again, on: connection, host: host)
            }
            #expect(try server.writes.count == 1)
            try await reporter.report(Self.status(state), mayBeThere: true, on: connection, host: host)
            #expect(try server.writes.count == 2)
        }
    }

    @Test func `only the newest of a context counts, however many others there are`() async throws {
        try await GiteaServer.with(Self.state) { server, host in
            let reporter = GiteaStatuses(.gitea)
            for state in [CommitStatus.State.running, .failed] {
                try await reporter.report(
                    Self.status(state), mayBeThere: false, on: server.connection(), host: host)
            }
            for other in 0..<60 {
                try await reporter.report(
                    Self.status(.running, context: "other/\(other)"), mayBeThere: false,
                    on: server.connection(),
                    host: host)
            }
            let before = try server.writes.count
            try await reporter.report(
                Self.status(.failed), mayBeThere: true, on: server.connection(), host: host)
            #expect(try server.writes.count == before)
            try await reporter.report(
                Self.status(.running), mayBeThere: true, on: server.connection(), host: host)
            #expect(try server.writes.count == before + 1)
        }
    }

    static let faults: [(mode: String, type: FailureDetails.Kind)] = [
        ("expired", .permissionError), ("forbidden", .permissionError), ("limited", .systemUnavailable),
        ("broken", .systemUnavailable), ("moved", .configurationError),
        ("elsewhere", .configurationError),
        ("truncated", .systemUnavailable),
    ]

    @Test(arguments: faults.indices)
    func `what the forge answers decides whether it is tried again`(index: Int) async throws {
        let fault = Self.faults[index]
        try await GiteaServer.with(Self.state) { server, host in
            let failure = await Self.failure {
                try await GiteaStatuses(.gitea).report(
                    Self.status(.running), mayBeThere: false, on: server.connection(fault.mode), host: host)
            }
            #expect(failure?.type == fault.type, "\(fault.mode): \(failure?.message ?? "no failure")")
            #expect(failure?.message.contains(GiteaServer.token) == false)
            let writes = try server.writes
            #expect(writes.count == 1)
        }
    }

    @Test func `what isn't there is final, and a slow answer is waited for`() async throws {
        try await GiteaServer.with(Self.state) { server, host in
            let unknown = String(repeating: "cd", count: 20)
            for status in [
                Self.status(.running, commit: unknown), Self.status(.running, repository: "acme/none"),
            ] {
                let failure = await Self.failure {
                    try await GiteaStatuses(.gitea).report(
                        status, mayBeThere: true, on: server.connection(), host: host)
                }
                #expect(failure?.type == .revisionUnavailable)
            }
            let short = await Self.failure {
                try await GiteaStatuses(.gitea).report(
                    Self.status(.running, commit: "abc"), mayBeThere: false, on: server.connection(),
                    host: host)
            }
            #expect(short?.type == .configurationError)
            let anonymous = await Self.failure {
                try await GiteaStatuses(.gitea).report(
                    Self.status(.running), mayBeThere: false, on: server.connection(token: nil), host: host)
            }
            #expect(anonymous?.type == .permissionError)
            try await GiteaStatuses(.gitea).report(
                Self.status(.running), mayBeThere: false, on: server.connection("slow"), host: host)
        }
    }

    @Test(arguments: [
        "../..", "../admin", "a/b?x=1", "$(id)/`x`", "http://169.254.169.254/x", "a\nb/c", "", "a/",
    ])
    func `a hostile name of a repository stays two segments of a path, or is refused`(name: String)
        async throws
    {
        try await GiteaServer.with(Self.state) { server, host in
            let failure = await Self.failure {
                try await GiteaStatuses(.gitea).report(
                    Self.status(.running, repository: name), mayBeThere: true, on: server.connection(),
                    host: host)
            }
            #expect(failure != nil)
            for request in try server.requests {
                let segments = request.path.split(separator: "/", omittingEmptySubsequences: false)
                #expect(
                    segments.count == 6 && segments[1] == "repos" && segments[4] == "statuses",
                    "\(request.path)")
                #expect(!segments.contains(".."))
            }
        }
    }
}
