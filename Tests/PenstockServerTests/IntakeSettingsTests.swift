import Foundation
import HTTPTypes
import PipelineEngine
import PipelineModel
import PluginKit
import Testing
import WebhookIntake

@testable import PenstockServer

/// `public_url:`, `trusted_proxies:`, `webhooks:`, `recovery:`, and what hooks have beside their secret.
@Suite struct IntakeSettingsTests {
    private func settings(_ yaml: String) throws -> ServerSettings { try ServerFolder().settings(yaml) }

    @Test func `what is written is what counts`() throws {
        let settings = try settings(
            """
            public_url: https://penstock.example/base/
            trusted_proxies: [10.0.0.0/8, "::1"]
            webhooks: {body_budget: 67108864}
            recovery: {interval_seconds: 0, grace_seconds: 5, concurrent_looks: 2}
            connections:
              host: {url: "https://example.com"}
            hooks:
              main:
                connection: host
                secret: s
                allow: [192.0.2.0/24]
                starts:
                  - {pipeline: app, on: build, job: "apps/*", status: [succeeded, unstable], branch: main}
                  - {pipeline: site, on: release}
            """)
        #expect(settings.publicURL == "https://penstock.example/base")
        #expect(settings.trustedProxies.map(\.description) == ["10.0.0.0/8", "::1"])
        #expect(settings.bodyBudget == 64 << 20)
        #expect(settings.recovery == RecoverySettings(interval: 0, grace: 5, concurrent: 2))
        let hook = try #require(settings.hooks.first)
        #expect(hook.allowed.map(\.description) == ["192.0.2.0/24"])
        let rules = hook.starts.map { $0.rule(webhookARN: "arn") }
        #expect(
            rules == [
                StartRule(
                    pipeline: "app", kind: .build, job: try GlobPattern("apps/*"), statuses: [.succeeded, .unstable],
                    branch: try GlobPattern("main"), webhookARN: "arn"),
                StartRule(pipeline: "site", kind: .release, webhookARN: "arn"),
            ])
    }

    @Test func `what is left out has its usual value`() throws {
        let settings = try settings("log_level: info")
        #expect(settings.publicURL == nil && settings.trustedProxies.isEmpty && settings.bodyBudget == 256 << 20)
        #expect(settings.recovery == RecoverySettings())
    }

    static let refusals: [(String, String)] = [
        ("public_url: penstock.example", "public_url"), ("public_url: 'https://u:p@h'", "public_url"),
        ("public_url: [a]", "public_url"), ("trusted_proxies: 10.0.0.0/8", "trusted_proxies"),
        ("trusted_proxies: [10.0.0.0/8, proxy]", "trusted_proxies[1]"),
        ("webhooks: {body_budget: 5}", "webhooks.body_budget"),
        ("webhooks: {budget: 5}", "webhooks"), ("recovery: {interval_seconds: 0.5}", "recovery.interval_seconds"),
        ("recovery: {grace_seconds: -1}", "recovery.grace_seconds"),
        ("recovery: {concurrent_looks: 0}", "recovery.concurrent_looks"),
        ("hooks: {m: {connection: h, secret: s, allow: [x]}}", "hooks.m.allow[0]"),
        ("hooks: {m: {connection: h, secret: s, starts: app}}", "hooks.m.starts"),
        ("hooks: {m: {connection: h, secret: s, starts: [{pipeline: a, on: tag}]}}", "hooks.m.starts[0].on"),
        ("hooks: {m: {connection: h, secret: s, starts: [{pipeline: a, on: push, job: x}]}}", "hooks.m.starts[0]"),
        (
            "hooks: {m: {connection: h, secret: s, starts: [{pipeline: a, on: release, branch: x}]}}",
            "hooks.m.starts[0].branch"
        ),
        (
            "hooks: {m: {connection: h, secret: s, starts: [{pipeline: a, on: build, status: [good]}]}}",
            "hooks.m.starts[0].status"
        ),
        (
            "hooks: {m: {connection: h, secret: s, starts: [{pipeline: a, on: build, job: '['}]}}",
            "hooks.m.starts[0].job"
        ),
    ]

    @Test(arguments: refusals)
    func `what is wrong is named with its place`(yaml: String, place: String) throws {
        do {
            _ = try settings(yaml)
            Issue.record("it was taken")
        } catch let error as SettingsError {
            #expect(error.place.hasPrefix(place), "\(error)")
        }
    }
}

@Suite struct BodyBudgetTests {
    @Test func `bytes are counted as they come and given back once`() throws {
        let budget = BodyBudget(100)
        let first = BodyBudget.Share(of: budget)
        try first.take(60)
        let second = BodyBudget.Share(of: budget)
        try second.take(40)
        #expect(throws: BodyBudget.Exhausted.self) { try second.take(1) }
        #expect(budget.inUse == 100)
        first.giveBack()
        first.giveBack()
        #expect(budget.inUse == 40)
        try second.take(60)
        second.giveBack()
        #expect(budget.inUse == 0)
    }

    @Test func `a delivery above the budget is sent away with nothing stored`() async throws {
        let yaml = ServerBench.yaml + "\nwebhooks: {body_budget: \(HookDoor.bodyLimit)}"
        try await ServerBench.with(yaml) { bench in
            let budget = BodyBudget(1000)
            let door = HookDoor(
                intake: bench.gateway.intake, bodies: budget, proxies: TrustedProxies([]),
                metrics: bench.gateway.metrics)
            let small = try await bench.deliver(Data("{}".utf8), event: "ping", through: door)
            #expect(small.status == 202)
            let answer = try await bench.deliver(Data(count: 1001), through: door)
            #expect(
                answer.status == 503 && answer.headers[.retryAfter] == "1" && answer.headers[.connection] == "close")
            #expect(budget.inUse == 0)
            #expect(try await bench.journal().count == 1)
        }
    }

    @Test func `the address behind a trusted proxy is what a hook's list is about`() async throws {
        try await ServerBench.with(
            """
            connections:
              host: {url: "https://example.com"}
            hooks:
              main: {connection: host, secret: \(ServerBench.secret), id: main-hook, allow: [192.0.2.0/24]}
            """
        ) { bench in
            let proxies = TrustedProxies([try #require(AddressRange("10.0.0.0/8"))])
            let door = HookDoor(
                intake: bench.gateway.intake, bodies: BodyBudget(1 << 20), proxies: proxies,
                metrics: bench.gateway.metrics)
            let ping = Data("{\"zen\":\"x\"}".utf8)
            func status(_ peer: String?, _ forwarded: String?) async throws -> Int {
                try await bench.deliver(ping, event: "ping", through: door, peer: peer, forwarded: forwarded).status
            }
            #expect(try await status("192.0.2.1", nil) == 202)
            #expect(try await status("10.0.0.1", "192.0.2.1") == 202)
            #expect(try await status("10.0.0.1", "192.0.2.1, 203.0.113.5") == 403)
            #expect(try await status("203.0.113.5", "192.0.2.1") == 403)
            #expect(try await status(nil, nil) == 403)
        }
    }
}
