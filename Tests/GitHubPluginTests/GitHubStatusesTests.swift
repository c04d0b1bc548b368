import Foundation
import PipelineModel
import PluginKit
import Testing

@testable import GitHubPlugin

@Suite struct GitHubStatusesTests {
    private func status(
        _ state: CommitStatus.State = .running, context: String = "penstock/storefront/Build",
        description: String = "Build runs", commit: String = GitHubWorld.commit, url: String? = "https://ci.example/e/1"
    ) -> CommitStatus {
        CommitStatus(
            repository: "acme/app", commit: commit, branch: "main", state: state, context: context,
            description: description, url: url)
    }

    private func report(_ status: CommitStatus, mayBeThere: Bool = false, in world: GitHubWorld) async throws {
        try await GitHubReports().report(status, mayBeThere: mayBeThere, on: world.connection(), host: world.host)
    }

    private func kept(_ world: GitHubWorld) async throws -> [SettingValue] {
        try await world.state()["statuses"]?[GitHubWorld.commit]?.list.reversed() ?? []
    }

    private static let ready = #"{"commits":["\#(GitHubWorld.commit)"]}"#

    @Test func `each state has its word at GitHub, in the order of the reports`() async throws {
        try await GitHubWorld.with { world in
            try await world.set(Self.ready)
            let states: [CommitStatus.State] = [.pending, .running, .succeeded, .failed, .cancelled, .skipped]
            for state in states { try await report(status(state), in: world) }
            let found = try await kept(world)
            #expect(
                found.map { $0["state"]?.string } == ["pending", "pending", "success", "failure", "error", "success"])
            #expect(found[0]["context"]?.string == "penstock/storefront/Build")
            #expect(found[0]["description"]?.string == "Build runs")
            #expect(found[0]["target_url"]?.string == "https://ci.example/e/1")
            let call = try #require(try await world.calls().first)
            #expect(call.call == "POST /repos/acme/app/statuses/\(GitHubWorld.commit)")
            #expect(call.authorization == "Bearer good")
            #expect(call.headers["accept"] == "application/vnd.github+json")
            #expect(call.headers["x-github-api-version"] == "2022-11-28" && call.headers["user-agent"] == "penstock")
        }
    }

    @Test func `a report that was made already is not made again`() async throws {
        try await GitHubWorld.with { world in
            try await world.set(Self.ready)
            try await report(status(), mayBeThere: true, in: world)
            try await report(status(context: "other"), in: world)
            try await report(status(), mayBeThere: true, in: world)
            #expect(try await kept(world).count == 2)
            // Another state is another transition, and so is the first one coming back.
            try await report(status(.failed, description: "Build failed", url: nil), mayBeThere: true, in: world)
            try await report(status(), mayBeThere: true, in: world)
            #expect(try await kept(world).count == 4)
            // Without the word that it may be there, it is not looked for.
            try await report(status(), in: world)
            #expect(try await kept(world).count == 5)
        }
    }

    @Test func `an earlier report is found on a later page`() async throws {
        try await GitHubWorld.with { world in
            try await world.set(#"{"commits":["\#(GitHubWorld.commit)"],"page":2}"#)
            try await report(status(), in: world)
            for number in 0..<5 { try await report(status(context: "other \(number)"), in: world) }
            try await report(status(), mayBeThere: true, in: world)
            #expect(try await kept(world).count == 6)
        }
    }

    @Test func `an answer that was lost leads to one status`() async throws {
        try await GitHubWorld.with { world in
            try await world.set(Self.ready)
            try await world.fault(#"{"match":"POST","drop":true}"#)
            let lost = await failure { try await report(status(), in: world) }
            #expect(lost?.type == .systemUnavailable)
            try await report(status(), mayBeThere: true, in: world)
            #expect(try await kept(world).count == 1)
        }
    }

    @Test func `a long description is cut between two characters`() async throws {
        try await GitHubWorld.with { world in
            try await world.set(Self.ready)
            let family = "👩‍👩‍👧‍👦"
            try await report(status(description: String(repeating: "x", count: 135) + family + "yyyyy"), in: world)
            try await report(status(context: "b", description: String(repeating: "é", count: 140)), in: world)
            try await report(status(context: "c", description: String(repeating: "é", count: 141)), in: world)
            try await report(status(context: "d", description: ""), in: world)
            let found = try await kept(world)
            #expect(found[0]["description"]?.string == String(repeating: "x", count: 135) + "…")
            #expect(found[1]["description"]?.string?.count == 140)
            #expect(found[2]["description"]?.string == String(repeating: "é", count: 139) + "…")
            #expect(found[3]["description"] == .null)
            // What was cut is found again.
            try await report(
                status(description: String(repeating: "x", count: 135) + family + "zz"), mayBeThere: true, in: world)
            #expect(try await kept(world).count == 4)
        }
    }

    @Test func `what GitHub will never take is said so`() async throws {
        try await GitHubWorld.with { world in
            try await world.set(#"{"commits":["\#(GitHubWorld.commit)"],"limit":1}"#)
            try await report(status(), in: world)
            let full = await failure { try await report(status(.failed), in: world) }
            #expect(full?.type == .configurationError && full?.message.contains("no more than 1000") == true)
            let absent = await failure { try await report(status(commit: GitHubWorld.other), in: world) }
            #expect(absent?.type == .revisionUnavailable)
            var elsewhere = status()
            elsewhere.repository = "acme/absent"
            let hidden = await failure { [elsewhere] in try await report(elsewhere, in: world) }
            #expect(hidden?.type == .permissionError && hidden?.message.contains("commit statuses") == true)
        }
    }
}
