import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import StageRulesPlugin

@Suite struct StageRulesTests {
    @Test func `the module brings its two rules and takes no settings`() throws {
        let module = try StageRules(settings: .map([:]))
        let rules = module.contributions.compactMap { if case .rule(let rule) = $0 { rule.type } else { nil } }
        #expect(rules.map(\.id.description) == ["AWS/Rule/DeploymentWindow/1", "AWS/Rule/VariableCheck/1"])
        #expect(rules.map(\.timeout) == [86_400, 3600])
        #expect(rules.map(\.maySkip) == [false, true])
        #expect(rules.flatMap(\.configuration).filter { !$0.required }.map(\.name) == ["TimeZone"])
        #expect(throws: SettingsError.self) { try StageRules(settings: .map(["zone": .string("UTC")])) }
    }
}

@Suite struct DeploymentWindowTests {
    @Test(
        arguments: [
            (["Cron": "* * 9-17 ? * MON-FRI *"], "2026-11-23T09:00:30Z"),
            (["Cron": "* * 9-17 ? * MON-FRI *", "TimeZone": ""], "2026-11-23T17:59:59Z"),
            (["Cron": "* * 9-17 ? * MON-FRI *", "TimeZone": "America/New_York"], "2026-11-23T14:00:00Z"),
        ])
    func `inside the window it passes`(configuration: [String: String], now: String) async throws {
        let world = try RuleWorld(now: now)
        defer { world.host.remove() }
        #expect(try await world.judge(DeploymentWindow(), configuration).hasPassed)
    }

    /// Configuration, now, seconds until it looks again, when the window opens.
    @Test(
        arguments: [
            (["Cron": "* * 9-17 ? * MON-FRI *"], "2026-11-23T08:40:30Z", 1170, "2026-11-23T09:00:00Z"),
            (["Cron": "* * 9-17 ? * MON-FRI *"], "2026-11-20T18:00:00Z", 3600, "2026-11-23T09:00:00Z"),
            (["Cron": "* * 9-17 ? * MON-FRI *"], "2026-11-23T08:59:59Z", 1, "2026-11-23T09:00:00Z"),
            (
                ["Cron": "* * 9-17 ? * MON-FRI *", "TimeZone": "Europe/Berlin"], "2026-11-23T07:50:00Z", 600,
                "2026-11-23T09:00:00+01:00"
            ),
        ])
    func `outside it waits for the next`(
        configuration: [String: String], now: String, pause: Int, opening: String
    ) async throws {
        let world = try RuleWorld(now: now)
        defer { world.host.remove() }
        guard case .pending(_, let again, let progress) = try await world.judge(DeploymentWindow(), configuration)
        else { return _ = Issue.record("it doesn't wait") }
        #expect(again == .seconds(pause))
        #expect(progress.summary?.hasPrefix("waits for the window that opens at \(opening)") == true)
        #expect(world.host.recorded.lines.first == progress.summary)
    }

    @Test(
        arguments: [
            ([:], "Cron"), (["Cron": "* * 25 ? * * *"], "the hour field '25'"), (["Cron": "never"], "it has 1 fields"),
            (["Cron": "* * * ? * *", "TimeZone": "Mars/Base"], "the time zone 'Mars/Base'"),
            (["Cron": "* * * * * ? 2025"], "never opens again"),
        ])
    func `what can't be judged fails and names the place`(configuration: [String: String], reason: String) async throws
    {
        let world = try RuleWorld()
        defer { world.host.remove() }
        let failure = try #require(try await world.judge(DeploymentWindow(), configuration).failure)
        #expect(failure.type == .configurationError)
        #expect(failure.message.contains(reason) && failure.message.contains("Rule 'Check'"), "\(failure.message)")
        #expect(failure.message.contains("stage 'Deploy'"))
    }
}

@Suite struct VariableCheckTests {
    @Test(
        arguments: [
            ("main", "EQ", "main", true), ("main", "EQ", "Main", false), ("", "EQ", "", true),
            ("main", "NE", "main", false), ("main", "NE", "Main", true),
            ("release/1", "CONTAINS", "ease", true), ("release/1", "CONTAINS", "EASE", false),
            ("a", "CONTAINS", "", true),
            ("", "CONTAINS", "a", false), ("e\u{301}", "EQ", "\u{e9}", false),
            ("release/1.2", "MATCHES", #"release/\d+\.\d+"#, true),
            ("release/1.2-rc", "MATCHES", #"release/\d+\.\d+"#, false),
            ("ab", "MATCHES", "a|ab", true), ("xab", "MATCHES", "a|ab", false), ("line\n", "MATCHES", "line", false),
            ("A", "MATCHES", "(?i)a", true), ("a.b", "MATCHES", #"\Qa.b"#, true), ("acb", "MATCHES", #"\Qa.b"#, false),
            ("a+b", "MATCHES", #"a\Q+\Eb"#, true), ("ab", "MATCHES", "(?x) a b # so", true),
            ("aab", "MATCHES", "a++b", true), ("b", "MATCHES", "[a-z&&[^a]]", true), ("", "MATCHES", "", true),
        ] as [(String, String, String, Bool)])
    func `a comparison`(variable: String, comparison: String, value: String, holds: Bool) async throws {
        let world = try RuleWorld()
        defer { world.host.remove() }
        let outcome = try await world.judge(
            VariableCheck(), ["Variable": variable, "Operator": comparison, "Value": value])
        #expect(outcome.hasPassed == holds)
        if !holds { #expect(outcome.failure?.type == .jobFailed) }
    }

    @Test(
        arguments: [
            (["Operator": "EQ", "Value": "a"], "Variable is missing"),
            (["Variable": "a", "Operator": "EQ"], "Value is missing"),
            (["Variable": "a", "Value": "a"], "Operator is missing"),
            (["Variable": "a", "Operator": "eq", "Value": "a"], "write EQ, NE, CONTAINS or MATCHES"),
            (["Variable": "a", "Operator": "MATCHES", "Value": "("], "is no regular expression"),
            (["Variable": "a", "Operator": "MATCHES", "Value": "a)(b"], "is no regular expression"),
            (
                ["Variable": String(repeating: "a", count: 10_001), "Operator": "MATCHES", "Value": ".*"],
                "up to 10000"
            ),
        ])
    func `what can't be compared is named`(configuration: [String: String], reason: String) async throws {
        let world = try RuleWorld()
        defer { world.host.remove() }
        let failure = try #require(try await world.judge(VariableCheck(), configuration).failure)
        #expect(failure.type == .configurationError && failure.message.contains(reason), "\(failure.message)")
    }

    @Test func `an expression that would take years is given up`() async throws {
        let match = try WholeMatch(pattern: "(a+)+b", patience: 0.2)
        let start = ContinuousClock.now
        await #expect(throws: WholeMatch.Fault.tookTooLong(seconds: 0.2)) {
            try await match.matches(String(repeating: "a", count: 5000))
        }
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    @Test func `a long value is cut in messages`() async throws {
        let world = try RuleWorld()
        defer { world.host.remove() }
        let long = String(repeating: "x", count: 5000)
        let outcome = try await world.judge(VariableCheck(), ["Variable": long, "Operator": "EQ", "Value": "y"])
        #expect((outcome.failure?.message.count ?? 0) < 400)
    }
}
