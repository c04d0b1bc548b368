import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import GitLabPlugin

@Suite struct GitLabStatusTests {
    private static let commit = String(repeating: "ab", count: 20)
    private static let state = #"{"commits": ["\#(commit)"]}"#

    private static func status(
        _ state: CommitStatus.State, commit: String = commit, context: String = "penstock/storefront/Deploy",
        description: String = "Deploy is under way", repository: String = GitLabServer.repository,
        url: String? = "https://penstock.example/e/1"
    ) -> CommitStatus {
        CommitStatus(
            repository: repository, commit: commit, branch: "main", state: state, context: context,
            description: description, url: url)
    }

    private static func failure(_ work: () async throws -> Void) async -> FailureDetails? {
        do { try await work() } catch { return error as? FailureDetails }
        return nil
    }

    private static func history(_ server: PlayedServer, _ host: FakeHost) async throws -> [String] {
        try server.requests.filter { $0.method == "POST" }.compactMap { $0.body?["state"]?.string }
    }

    @Test func `each state is told in GitLab's word`() async throws {
        try await GitLabServer.with(Self.state) { server, host in
            let reporter = GitLabStatuses()
            #expect(reporter.provider == "GitLab")
            for state in [CommitStatus.State.pending, .running, .succeeded, .failed, .cancelled, .skipped] {
                try await reporter.report(
                    Self.status(state), mayBeThere: false, on: server.connection(), host: host)
            }
            #expect(
                try await Self.history(server, host) == [
                    "pending", "running", "success", "failed", "canceled", "skipped",
                ])
            let sent = try #require(try server.requests.first)
            #expect(sent.path == "/projects/acme%2Fshop%2Fstorefront/statuses/\(Self.commit)")
            #expect(
                sent.body
                    == .map([
                        "state": .string("pending"), "name": .string("penstock/storefront/Deploy"),
                        "description": .string("Deploy is under way"), "ref": .string("main"),
                        "target_url": .string("https://penstock.example/e/1"),
                    ]))
        }
    }

    @Test(arguments: [CommitStatus.State.pending, .running, .succeeded, .failed, .cancelled, .skipped])
    func `a report that may be there is shown once`(state: CommitStatus.State) async throws {
        try await GitLabServer.with(Self.state) { server, host in
            let reporter = GitLabStatuses()
            for again in [false, true, true] {
                try await reporter.report(Self.status(state), mayBeThere: again, on: server.connection(), host: host)
            }
            #expect(try server.writes.count == 1)
            // The same state of another execution is another report.
            try await reporter.report(
                Self.status(state, url: "https://penstock.example/e/2"), mayBeThere: true, on: server.connection(),
                host: host)
            #expect(try server.writes.count == 2)
        }
    }

    @Test func `a state that GitLab refuses because it holds already is done`() async throws {
        try await GitLabServer.with(Self.state) { server, host in
            let reporter = GitLabStatuses()
            for state in [CommitStatus.State.running, .running, .pending, .succeeded] {
                try await reporter.report(Self.status(state), mayBeThere: false, on: server.connection(), host: host)
            }
            #expect(try server.writes.count == 4)
        }
    }

    @Test func `a server that doesn't know skipped shows it as canceled, once`() async throws {
        try await GitLabServer.with(Self.state) { server, host in
            for again in [false, true] {
                try await GitLabStatuses().report(
                    Self.status(.skipped), mayBeThere: again, on: server.connection("old"), host: host)
            }
            #expect(try await Self.history(server, host) == ["skipped", "canceled"])
        }
    }

    @Test func `texts are cut to what GitLab takes, an address that is too long is left out`() async throws {
        try await GitLabServer.with(Self.state) { server, host in
            let long = String(repeating: "ü", count: 400)
            let status = Self.status(.running, context: long, description: long, url: "https://x.example/\(long)")
            for again in [false, true] {
                try await GitLabStatuses().report(status, mayBeThere: again, on: server.connection(), host: host)
            }
            #expect(try server.writes.count == 1)
            let body = try #require(try server.requests.first?.body)
            #expect(body["name"]?.string?.count == 255 && body["description"]?.string?.count == 255)
            #expect(body["target_url"] == nil)
        }
    }

    static let faults: [(mode: String, type: FailureDetails.Kind)] = [
        ("expired", .permissionError), ("forbidden", .permissionError), ("limited", .systemUnavailable),
        ("broken", .systemUnavailable), ("conflict", .systemUnavailable), ("moved", .configurationError),
        ("elsewhere", .configurationError), ("truncated", .systemUnavailable),
    ]

    @Test(arguments: faults.indices)
    func `what GitLab answers decides whether it is tried again`(index: Int) async throws {
        let fault = Self.faults[index]
        try await GitLabServer.with(Self.state) { server, host in
            let failure = await Self.failure {
                try await GitLabStatuses().report(
                    Self.status(.running), mayBeThere: false, on: server.connection(fault.mode), host: host)
            }
            #expect(failure?.type == fault.type, "\(fault.mode): \(failure?.message ?? "no failure")")
            #expect(failure?.message.contains(GitLabServer.token) == false)
            let writes = try server.writes
            #expect(writes.count == 1)
        }
    }

    @Test func `what isn't there is final, and a slow answer is waited for`() async throws {
        try await GitLabServer.with(Self.state) { server, host in
            let unknown = String(repeating: "cd", count: 20)
            for status in [Self.status(.running, commit: unknown), Self.status(.running, repository: "acme/none")] {
                let failure = await Self.failure {
                    try await GitLabStatuses().report(status, mayBeThere: true, on: server.connection(), host: host)
                }
                #expect(failure?.type == .revisionUnavailable)
            }
            let short = await Self.failure {
                try await GitLabStatuses().report(
                    Self.status(.running, commit: "abc"), mayBeThere: false, on: server.connection(), host: host)
            }
            #expect(short?.type == .configurationError)
            try await GitLabStatuses().report(
                Self.status(.running), mayBeThere: false, on: server.connection("slow"), host: host)
        }
    }

    @Test func `a connection without a token or with an unknown kind of it is told so`() async throws {
        try await GitLabServer.with(Self.state) { server, host in
            for (connection, type) in [
                (server.connection(token: nil), FailureDetails.Kind.permissionError),
                (server.connection(options: ["token_type": "job"]), .configurationError),
            ] {
                let failure = await Self.failure {
                    try await GitLabStatuses().report(
                        Self.status(.running), mayBeThere: false, on: connection, host: host)
                }
                #expect(failure?.type == type)
            }
            #expect(try server.requests.isEmpty)
            try await GitLabStatuses().report(
                Self.status(.running), mayBeThere: false, on: server.connection(options: ["token_type": "oauth"]),
                host: host)
            #expect(try server.requests.count == 1)
        }
    }

    @Test(arguments: ["../../admin", "a/b?x=1", "a/b#x", "$(id)", "http://169.254.169.254/x", "a\nb", ""])
    func `a hostile name of a repository stays one segment of a path`(name: String) async throws {
        try await GitLabServer.with(Self.state) { server, host in
            let failure = await Self.failure {
                try await GitLabStatuses().report(
                    Self.status(.running, repository: name), mayBeThere: true, on: server.connection(), host: host)
            }
            #expect(failure != nil)
            for request in try server.requests {
                #expect(request.path.hasPrefix("/projects/"))
                #expect(request.path.dropFirst(10).split(separator: "/", omittingEmptySubsequences: false).count <= 5)
                #expect(!request.path.contains("..") || request.path.contains("..%2F"))
            }
        }
    }
}
