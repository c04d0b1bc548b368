import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Synchronization
import Testing

@testable import GitHubPlugin

@Suite struct GitHubCheckRunsTests {
    private static let ready = """
        {"commits":["\(GitHubWorld.commit)"],
        "installations":[{"id":48,"account":{"login":"acme","type":"Organization"}}]}
        """
    private static let began = 1_770_800_000.0

    /// A world with an App's connection to it, whose token GitHub has made.
    private func with(
        options: [String: String] = [:], lines: RecordedLines = RecordedLines(),
        now: @escaping @Sendable () -> Date = { Date() },
        _ use: (GitHubWorld, Connection) async throws -> Void
    ) async throws {
        try await GitHubWorld.with(now: now, lines: lines) { world in
            try await world.set(Self.ready)
            let app = world.connection(
                token: nil, options: ["app_id": "80177"],
                secrets: ["private_key": Credential(user: "", secret: try GitHubAppTests.pem())])
            let real = try FakeHost(http: world.client)
            defer { real.remove() }
            let token = try #require(try await GitHubApp().issue(for: app, host: real)).credential.secret
            try await use(
                world, world.connection(token: token, options: ["app_id": "80177"].merging(options) { $1 }))
        }
    }

    private func status(
        _ state: CommitStatus.State, execution: ExecutionID? = "e1", words: String? = nil, commit: String? = nil
    ) -> CommitStatus {
        CommitStatus(
            repository: "acme/app", commit: commit ?? GitHubWorld.commit, branch: "main", state: state,
            context: "penstock/app/Build", description: words ?? "Build \(state.rawValue)",
            url: "https://ci.example/view/app", execution: execution, at: Self.began)
    }

    private func runs(_ world: GitHubWorld) async throws -> [[String?]] {
        try await world.state()["checks"]?.list.map { run in
            [run["external_id"]?.string, run["status"]?.string, run["conclusion"]?.string]
        } ?? []
    }

    @Test func `a stage is one run from its beginning to its end, with all that people look for`() async throws {
        try await with { world, app in
            let reports = GitHubReports()
            for state in [CommitStatus.State.running, .failed] {
                try await reports.report(status(state), mayBeThere: false, on: app, host: world.host)
            }
            let run = try #require(try await world.state()["checks"]?.list.first)
            #expect(try await runs(world) == [["e1", "completed", "failure"]])
            #expect(run["name"]?.string == "penstock/app/Build")
            #expect(run["details_url"]?.string == "https://ci.example/view/app")
            #expect(run["started_at"]?.string == "2026-02-11T08:53:20Z")
            #expect(run["completed_at"]?.string == "2026-02-11T08:53:20Z")
            #expect(run["output"]?["title"]?.string == "Build failed")
            #expect(run["output"]?["summary"]?.string?.contains("e1") == true)
            // Nothing beside it: a pull request has one entry for the stage.
            #expect(try await world.state()["statuses"] == .map([:]))
            // What was made in this life of the gateway is not looked for.
            let calls = try await world.calls().map { $0.call.split(separator: " ")[0] }
            #expect(calls.suffix(2) == ["POST", "PATCH"])
        }
    }

    @Test(arguments: [
        (CommitStatus.State.pending, ["queued", nil]), (.running, ["in_progress", nil]),
        (.succeeded, ["completed", "success"]), (.failed, ["completed", "failure"]),
        (.cancelled, ["completed", "cancelled"]), (.skipped, ["completed", "skipped"]),
    ])
    func `each state has its words, also where nothing was told before`(state: CommitStatus.State, words: [String?])
        async throws
    {
        try await with { world, app in
            try await GitHubReports().report(status(state), mayBeThere: false, on: app, host: world.host)
            #expect(try await runs(world) == [["e1"] + words])
        }
    }

    @Test func `after a restart the run is found, though others have its name`() async throws {
        try await with { world, app in
            try await world.set(#"{"page":2}"#)
            for execution in ["e1", "e2", "e3", "e4"] {
                try await GitHubReports().report(
                    status(.running, execution: ExecutionID(execution)), mayBeThere: false, on: app, host: world.host)
            }
            try await GitHubReports().report(
                status(.succeeded, execution: "e2"), mayBeThere: false, on: app, host: world.host)
            let found = try await runs(world)
            #expect(found.map { $0[1] } == ["in_progress", "completed", "in_progress", "in_progress"])
        }
    }

    @Test(arguments: [false, true])
    func `a stage that runs again gets a run of its own, for one that has ended stays so`(mayBeThere: Bool)
        async throws
    {
        try await with { world, app in
            let reports = GitHubReports()
            for state in [CommitStatus.State.running, .failed, .running, .succeeded] {
                // As after a restart in between.
                try await (mayBeThere ? GitHubReports() : reports).report(
                    status(state), mayBeThere: mayBeThere, on: app, host: world.host)
            }
            #expect(
                try await runs(world) == [["e1", "completed", "failure"], ["e1", "completed", "success"]])
        }
    }

    @Test(arguments: [#""drop":true"#, #""cut":1,"headers":{}"#])
    func `an answer that was lost leads to one run and one end`(fault: String) async throws {
        try await with { world, app in
            for (state, method) in [(CommitStatus.State.running, "POST"), (.failed, "PATCH")] {
                let reports = GitHubReports()
                try await world.fault(#"{"match":"\#(method) /repos","times":9,\#(fault)}"#)
                let lost = await failure {
                    try await reports.report(status(state), mayBeThere: false, on: app, host: world.host)
                }
                // What can be sent again harmlessly is, and may have come through.
                #expect(lost?.type == .systemUnavailable)
                // As after a restart, and as when it is tried again.
                for reports in [GitHubReports(), reports] {
                    try await reports.report(status(state), mayBeThere: true, on: app, host: world.host)
                }
            }
            #expect(try await runs(world) == [["e1", "completed", "failure"]])
            let writes = try await world.calls().filter { $0.call.hasPrefix("POST /repos") }
            #expect(writes.count == 1)
        }
    }

    @Test func `an App that may not write checks shows commit statuses, and says so once`() async throws {
        for permission in ["read", "none"] {
            let lines = RecordedLines()
            let clock = Mutex(Date(timeIntervalSince1970: Self.began))
            try await with(lines: lines, now: { clock.withLock { $0 } }) { world, app in
                try await world.set(#"{"checks_permission":"\#(permission)"}"#)
                let reports = GitHubReports()
                for (state, mayBeThere) in [(CommitStatus.State.running, false), (.running, true), (.failed, false)] {
                    try await reports.report(status(state), mayBeThere: mayBeThere, on: app, host: world.host)
                }
                let shown = try await world.state()["statuses"]?[GitHubWorld.commit]?.list.map { $0["state"]?.string }
                #expect(shown == ["failure", "pending"])
                #expect(try await world.calls().filter { $0.call.contains("check-runs") }.count == 1)
                // An hour later its token may have been given the permission.
                clock.withLock { $0 += 3601 }
                try await reports.report(status(.running), mayBeThere: false, on: app, host: world.host)
                #expect(try await world.calls().filter { $0.call.contains("check-runs") }.count == 2)
                try await world.set(#"{"checks_permission":"write"}"#)
                clock.withLock { $0 += 3601 }
                try await reports.report(
                    status(.running, execution: "e2"), mayBeThere: false, on: app, host: world.host)
                #expect(try await runs(world) == [["e2", "in_progress", nil]])
                let said = lines.all.filter { $0.contains("takes no check runs") }
                #expect(said.count == 1 && said[0].contains("Checks: write") && said[0].contains("connection=github"))
            }
        }
    }

    @Test func `a credential that is refused altogether says nothing of checks`() async throws {
        let lines = RecordedLines()
        try await with(lines: lines) { world, app in
            let wrong = world.connection(token: "revoked", options: ["app_id": "80177"])
            let refused = await failure {
                try await GitHubReports().report(status(.running), mayBeThere: false, on: wrong, host: world.host)
            }
            #expect(refused?.type == .permissionError && refused?.message.contains("401") == true)
            #expect(lines.all == [])
        }
    }

    @Test func `the connection chooses`() async throws {
        try await with(options: ["statuses": "commit"]) { world, app in
            try await GitHubReports().report(status(.running), mayBeThere: false, on: app, host: world.host)
            #expect(try await world.calls().contains { $0.call.contains("check-runs") } == false)
            // A token shows commit statuses, and may not do anything else.
            for options in [[:], ["statuses": "checks"]] {
                try await GitHubReports().report(
                    status(.running), mayBeThere: false, on: world.connection(options: options), host: world.host)
            }
            #expect(try await world.state()["statuses"]?[GitHubWorld.commit]?.list.count == 3)
            let odd = await failure {
                try await GitHubReports().report(
                    status(.running), mayBeThere: false, on: world.connection(options: ["statuses": "all"]),
                    host: world.host)
            }
            #expect(odd?.type == .configurationError && odd?.message.contains("write checks, commit or off") == true)
        }
    }

    @Test func `what GitHub will never take is said so`() async throws {
        try await with { world, app in
            let absent = await failure {
                try await GitHubReports().report(
                    status(.running, commit: GitHubWorld.other), mayBeThere: true, on: app, host: world.host)
            }
            #expect(absent?.type == .revisionUnavailable)
            var elsewhere = status(.succeeded)
            elsewhere.repository = "acme/absent"
            let hidden = await failure { [elsewhere] in
                try await GitHubReports().report(elsewhere, mayBeThere: false, on: app, host: world.host)
            }
            #expect(hidden?.type == .permissionError)
        }
    }
}
