import Foundation
import Logging
import PipelineEngine
import PipelineModel
import PipelineStore
import PluginKit
import PluginKitTesting
import Synchronization
import Testing

@testable import ActionRunner

@Suite struct RuleJobTests {
    @Test func `a pending rule is asked again with its token, and its passing opens the gate`() async throws {
        let seen = Mutex<[String]>([])
        let rule = ScriptedRule { job, host in
            host.log.line("token is \(job.configuration["Token"] ?? "")")
            let text = try? String(contentsOf: job.inputs[0].contents.appending(path: "run.sh"), encoding: .utf8)
            seen.withLock { $0.append(text ?? "none") }
            switch job.continuationToken {
            case nil: return .pending(token: "1", pollAgain: .milliseconds(10), progress: ActionProgress(summary: "?"))
            case "1": return .pending(token: "2", pollAgain: .milliseconds(10), progress: ActionProgress())
            default: return .passed(ActionProgress(externalExecutionID: "x-1", summary: "green"))
            }
        }
        let build = ScriptedProvider(.build) { _, _ in .succeeded(ActionSuccess()) }
        let bench = try RunnerBench([RunnerBench.filesSource(), build], rules: [rule])
        defer { bench.host.remove() }
        let sealed = try BackwardsVault().seal("hunter22")
        let stage = RunnerBench.build().gated(configuration: ["Token": .sealed(sealed)], inputs: [.init(name: "Code")])
        let execution = try await bench.run([RunnerBench.source(), stage])
        #expect(execution.status == .succeeded && build.jobs.count == 1)
        #expect(rule.jobs.map(\.continuationToken) == [nil, "1", "2"])
        #expect(Set(rule.jobs.map(\.id)).count == 1 && Set(rule.jobs.map(\.started)).count == 1)
        #expect(seen.withLock { $0 } == ["#!/bin/sh\n", "#!/bin/sh\n", "#!/bin/sh\n"])
        let judged = try #require(execution.entryRule)
        #expect(judged.status == .succeeded && judged.summary == "green" && judged.externalExecutionID == "x-1")
        let file = ActionLogs(folder: bench.logFolder).file(of: judged, in: "p")
        #expect(file.lastPathComponent.hasPrefix("Build.BEFORE_ENTRY.Check."))
        let log = try String(contentsOf: file, encoding: .utf8)
        #expect(log.contains("token is ****") && !log.contains("hunter22"))
        let work = bench.host.root.appending(path: "work").path
        #expect(try FileManager.default.contentsOfDirectory(atPath: work).isEmpty)
    }

    @Test func `a failing rule fails the stage, and no action of it runs`() async throws {
        let rule = ScriptedRule { _, _ in .failed(FailureDetails(.jobFailed, "the moon is wrong")) }
        let build = ScriptedProvider(.build) { _, _ in .succeeded(ActionSuccess()) }
        let bench = try RunnerBench([RunnerBench.filesSource(), build], rules: [rule])
        defer { bench.host.remove() }
        let execution = try await bench.run([RunnerBench.source(), RunnerBench.build().gated()])
        #expect(execution.status == .failed && build.jobs.isEmpty)
        #expect(execution.entryRule?.failure?.message == "the moon is wrong")
    }

    @Test func `a rule type that nobody provides fails the rule and names it`() async throws {
        let bench = try RunnerBench([RunnerBench.filesSource()])
        defer { bench.host.remove() }
        let execution = try await bench.run([RunnerBench.source(), RunnerBench.build().gated()])
        let failure = try #require(execution.entryRule?.failure)
        #expect(failure.type == .configurationError)
        #expect(failure.message == "No module of this gateway provides the rule type AWS/Rule/Scripted/1.")
    }

    @Test func `a secret that can't be opened fails the rule`() async throws {
        struct ClosedVault: SecretVault {
            func seal(_ text: String) throws -> SealedSecret { SealedSecret(keyID: "", box: "") }
            func open(_ secret: SealedSecret) throws -> String { throw CocoaError(.fileReadCorruptFile) }
        }
        let host = try FakeHost()
        defer { host.remove() }
        let stopped = RuleExecution(
            id: "r", executionID: "e", pipelineVersion: 1, stage: "S", gate: .onSuccess, rule: "R",
            type: ScriptedRule.id, startTime: 0, resolvedConfiguration: ["A": .sealed(SealedSecret(keyID: "", box: ""))]
        )
        let log = ActionLogs(folder: host.root).log(of: LogSubject(stopped), in: "p")
        let settings = RunnerSettings(region: "r", account: "a", workFolder: try host.folder("work"))
        let command = await RuleExecutionJob(
            work: RuleWork(rule: stopped), pipeline: "p", provider: ScriptedRule { _, _ in .passed(ActionProgress()) },
            bench: Workbench(host: host, vault: ClosedVault(), log: log, settings: settings)
        ).run()
        guard case .ruleFailed(let reference, let failure) = command else {
            Issue.record("\(String(describing: command))")
            return
        }
        #expect(reference == RuleReference(stopped) && failure.type == .configurationError)
        #expect(failure.message.hasPrefix("A secret of the rule's configuration can't be opened"))
    }

    @Test func `a rule whose worker died runs again under the same id once its lease has lapsed`() async throws {
        let rule = ScriptedRule { _, _ in .passed(ActionProgress()) }
        let build = ScriptedProvider(.build) { _, _ in .succeeded(ActionSuccess()) }
        let bench = try RunnerBench([RunnerBench.filesSource(), build], rules: [rule])
        defer { bench.host.remove() }
        // The source's stage ends by itself; the next one's rule goes to a worker that is never heard of again.
        try await bench.workshop.prepare()
        _ = try await bench.ledger.perform(.create(.gatedPipeline(), trigger: .init(type: .createPipeline)), on: "p")
        let lost = try await bench.ledger.claim(limit: 9, worker: WorkerID("dead"), lease: 0.3)
        let reference = try #require(
            lost.compactMap { claimed -> RuleReference? in
                if case .rule(let reference) = claimed.effect.subject { reference } else { nil }
            }.first)
        let execution = try await bench.follow { $0.status.isTerminal }
        #expect(rule.jobs.map(\.id) == [reference.id])
        let judged = try #require(execution.stages.first?.conditions[.beforeEntry]?.rules.first)
        let log = try String(
            contentsOf: ActionLogs(folder: bench.logFolder).file(of: judged, in: "p"), encoding: .utf8)
        #expect(log.contains("begins again (run 2)"))
    }

    @Test func `a late report of a rule changes nothing`() async throws {
        let rule = ScriptedRule { _, _ in .failed(FailureDetails(.jobFailed, "no")) }
        let bench = try RunnerBench([RunnerBench.filesSource()], rules: [rule])
        defer { bench.host.remove() }
        let ended = try await bench.run([RunnerBench.source(), RunnerBench.build().gated()])
        let reference = RuleReference(try #require(ended.entryRule))
        let late: [PipelineCommand] = [
            .ruleSucceeded(reference, RuleResult(summary: "late")),
            .rulePending(reference, ActionContinuation(token: "t", pollAgainIn: 0)),
            .ruleFailed(reference, FailureDetails(.jobFailed, "late")),
        ]
        for command in late {
            let outcome = try await bench.ledger.finish(EffectID(99_999), reporting: command, on: "p")
            guard case .ignored = outcome else {
                Issue.record("\(outcome)")
                continue
            }
        }
        #expect(try await bench.ledger.execution(ended.id) == ended)
        #expect(try await bench.ledger.counts().effectsDue == 0)
    }

    @Test func `a rule that asks to be run again at once isn't kept waiting`() async throws {
        let rule = ScriptedRule { job, _ in
            let round = Int(job.continuationToken ?? "0") ?? 0
            if round == 60 { return .passed(ActionProgress()) }
            return .pending(token: String(round + 1), pollAgain: .zero, progress: ActionProgress())
        }
        let build = ScriptedProvider(.build) { _, _ in .succeeded(ActionSuccess()) }
        let bench = try RunnerBench([RunnerBench.filesSource(), build], rules: [rule])
        defer { bench.host.remove() }
        let start = ContinuousClock.now
        let execution = try await bench.run([RunnerBench.source(), RunnerBench.build().gated()])
        #expect(execution.status == .succeeded && rule.jobs.count == 61)
        #expect(ContinuousClock.now - start < .seconds(30), "a lease of 60 s was lost")
    }

    @Test func `rules and actions share the places for jobs`() async throws {
        let running = Mutex((now: 0, most: 0))
        let rule = ScriptedRule { _, _ in
            running.withLock {
                $0.now += 1; $0.most = max($0.most, $0.now)
            }
            try? await Task.sleep(for: .milliseconds(20))
            running.withLock { $0.now -= 1 }
            return .passed(ActionProgress())
        }
        let build = ScriptedProvider(.build) { _, _ in .succeeded(ActionSuccess()) }
        let bench = try RunnerBench([RunnerBench.filesSource(), build], rules: [rule], concurrentJobs: 2)
        defer { bench.host.remove() }
        var stage = RunnerBench.build().gated()
        stage.beforeEntry?.conditions[0].rules = (0..<5).map {
            RuleDeclaration(name: RuleName("Check\($0)"), ruleTypeId: ScriptedRule.id)
        }
        #expect(try await bench.run([RunnerBench.source(), stage]).status == .succeeded)
        #expect(rule.jobs.count == 5 && running.withLock { $0.most } == 2)
    }
}

extension PipelineDeclaration {
    /// A pipeline whose first stage has a gate already.
    static func gatedPipeline() -> PipelineDeclaration {
        PipelineDeclaration(
            name: "p", roleArn: "r", artifactStore: ArtifactStoreDeclaration(location: "artifacts"),
            stages: [RunnerBench.source().gated(), RunnerBench.build()])
    }
}
