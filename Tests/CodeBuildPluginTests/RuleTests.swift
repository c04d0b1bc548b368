import Foundation
import Isolation
import PipelineModel
import PluginKit
import Testing

@testable import CodeBuildPlugin

/// The module's rules, by real shells.
@Suite struct RuleTests {
    private func rule(
        _ provider: String, _ mode: IsolationMode, _ settings: [String: SettingValue] = [:]
    ) throws -> any RuleProvider {
        let plugin = try CodeBuild(settings: .map(settings.merging(["isolation": .string(mode.rawValue)]) { $1 }))
        for case .rule(let rule) in plugin.contributions where rule.type.id.provider == provider { return rule }
        throw CocoaError(.featureUnsupported)
    }

    private func job(
        _ bench: BuildBench, _ provider: String, commands: [String] = [],
        inputs: [String: [String: String]] = [:], configuration: [String: String] = [:]
    ) throws -> RuleJob {
        let job = try bench.job(inputs: inputs)
        try FileManager.default.createDirectory(at: job.workspace, withIntermediateDirectories: true)
        return RuleJob(
            id: RuleExecutionID(job.id.rawValue), pipeline: "shop", execution: "e", stage: "Deploy",
            gate: .beforeEntry, rule: "Check", type: RuleTypeID(provider: provider), region: "eu-west-1",
            account: "000000000000", configuration: configuration, commands: commands, inputs: job.inputs,
            started: Date(), workspace: job.workspace)
    }

    @Test func `commands run in one sandboxed shell in the first artifact's folder`() async throws {
        let bench = try BuildBench()
        let job = try job(
            bench, "Commands",
            commands: [
                "X=kept; cat greeting", "echo \"x=$X\"; cd sub", "echo in ${PWD##*/}; ls $CODEBUILD_SRC_DIR_other",
                "cat \(bench.data.path)/credentials 2>/dev/null && echo LEAK; true",
                "touch /etc/penstock-x 2>/dev/null && echo LEAK; touch here",
            ], inputs: ["app": ["greeting": "hello\n", "sub/x": ""], "other": ["theirs": ""]])
        let outcome = await (try rule("Commands", .bubblewrap)).evaluate(job, on: bench)
        #expect(
            outcome == .passed(ActionProgress(externalExecutionID: "Commands:\(job.id)")), "\(outcome) \(bench.lines)")
        for line in ["hello", "x=kept", "in sub", "theirs"] { #expect(bench.lines.contains(line), "\(line)") }
        #expect(!bench.lines.contains("LEAK") && !bench.lines.joined().contains("top secret"))
    }

    @Test func `the first command that fails fails the rule, and none follows`() async throws {
        let bench = try BuildBench()
        let job = try job(bench, "Commands", commands: ["true", "exit 3", "echo never"], inputs: ["app": ["a": ""]])
        guard case .failed(let failure) = await (try rule("Commands", .bubblewrap)).evaluate(job, on: bench) else {
            Issue.record("it passed")
            return
        }
        #expect(failure.type == .jobFailed)
        #expect(failure.message.contains("command `exit 3` exited with status 3"))
        #expect(!bench.lines.contains("never"))
    }

    @Test func `commands need no artifact, and begin in an empty folder`() async throws {
        let bench = try BuildBench()
        let job = try job(bench, "Commands", commands: ["ls -A | wc -l", "touch mine"])
        let outcome = await (try rule("Commands", .bubblewrap)).evaluate(job, on: bench)
        guard case .passed = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(bench.lines.contains("0"))
    }

    @Test func `a rule without commands is refused`() async throws {
        let bench = try BuildBench()
        let outcome = await (try rule("Commands", .none)).evaluate(try job(bench, "Commands"), on: bench)
        #expect(outcome == .failed(FailureDetails(.configurationError, "the rule has no commands")))
    }

    @Test(.timeLimit(.minutes(1))) func `a cancelled rule ends its commands`() async throws {
        let bench = try BuildBench()
        let seconds = Int.random(in: 100_000...999_999)
        let job = try job(bench, "Commands", commands: ["echo go; sleep \(seconds)"], inputs: ["app": ["a": ""]])
        let provider = try rule("Commands", .bubblewrap)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await provider.evaluate(job, on: bench) }
            group.addTask { _ = try? await eventually { !ProcessTreeTests.sleepers(seconds).isEmpty } }
            await group.next()
            group.cancelAll()
        }
        #expect(bench.lines.contains("go"))
        #expect(try await eventually { ProcessTreeTests.sleepers(seconds).isEmpty })
    }

    @Test func `a build passes the rule, and its own failure fails it`() async throws {
        let bench = try BuildBench()
        let good = try job(
            bench, "CodeBuild", inputs: ["app": ["buildspec.yml": spec("echo level $LEVEL")]],
            configuration: ["ProjectName": "web", "EnvironmentVariables": #"[{"name":"LEVEL","value":"7"}]"#])
        let provider = try rule("CodeBuild", .none)
        #expect(await provider.evaluate(good, on: bench) == .passed(.init(externalExecutionID: "web:\(good.id)")))
        #expect(bench.lines.contains("level 7"))
        let bad = try job(
            bench, "CodeBuild", inputs: ["app": ["buildspec.yml": spec("exit 9")]],
            configuration: ["ProjectName": "web"])
        guard case .failed(let failure) = await provider.evaluate(bad, on: bench) else {
            Issue.record("it passed")
            return
        }
        #expect(failure.message.contains("exited with status 9") && failure.externalExecutionID == "web:\(bad.id)")
    }

    @Test func `a build without artifacts takes the project's buildspec`() async throws {
        let bench = try BuildBench()
        let job = try job(bench, "CodeBuild", configuration: ["ProjectName": "web"])
        let projects = ["projects": SettingValue.map(["web": .map(["buildspec": .string(spec("echo alone"))])])]
        let outcome = await (try rule("CodeBuild", .none, projects)).evaluate(job, on: bench)
        #expect(outcome == .passed(ActionProgress(externalExecutionID: "web:\(job.id)")), "\(bench.lines)")
        #expect(bench.lines.contains("alone"))
    }

    @Test(arguments: [
        ([:], "lacks ProjectName"), (["ProjectName": "web", "BatchEnabled": "true"], "batch builds can't run here"),
        (["ProjectName": "web", "PrimarySource": "nope"], "'nope' is no input artifact"),
    ])
    func `an unusable rule is a configuration error`(configuration: [String: String], message: String) async throws {
        let bench = try BuildBench()
        let job = try job(bench, "CodeBuild", inputs: ["app": ["a": ""]], configuration: configuration)
        guard case .failed(let failure) = await (try rule("CodeBuild", .none)).evaluate(job, on: bench) else {
            Issue.record("it passed")
            return
        }
        #expect(failure.type == .configurationError && failure.message.contains(message), "\(failure.message)")
    }

    @Test func `where isolation can't work, commands are refused`() async throws {
        let bench = try BuildBench()
        let good = try job(bench, "Commands", commands: ["true"])
        let job = RuleJob(
            id: good.id, pipeline: good.pipeline, execution: good.execution, stage: good.stage, gate: good.gate,
            rule: good.rule, type: good.type, region: good.region, account: good.account, configuration: [:],
            commands: good.commands, started: good.started, workspace: URL(filePath: "/proc/nowhere"))
        guard case .failed(let failure) = await (try rule("Commands", .bubblewrap)).evaluate(job, on: bench) else {
            Issue.record("it passed")
            return
        }
        #expect(failure.message.contains("modules.CodeBuild.isolation: none"))
    }
}
