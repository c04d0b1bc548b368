import Foundation
import Logging
import PipelineModel
import Synchronization
import Testing

@testable import PenstockServer

@Suite struct RunViewTests {
    final class Lines: Sendable {
        private let kept = Mutex<[String]>([])
        func add(_ text: String) { kept.withLock { $0.append(text) } }
        var all: [String] { kept.withLock { $0 } }
    }

    static func execution(_ actions: [(String, ActionStatus)], status: ExecutionStatus = .inProgress)
        -> PipelineExecution
    {
        var execution = PipelineExecution(
            id: "e-1", pipeline: "shop", pipelineVersion: 1, number: 1, mode: .superseded,
            trigger: ExecutionTrigger(type: .createPipeline), startTime: 100)
        execution.status = status
        execution.lastUpdateTime = 165
        var stage = StageExecution(name: "Build", startTime: 100)
        stage.actions = actions.map { name, status in
            var action = ActionExecution(
                id: ActionExecutionID("id-\(name)"), executionID: "e-1", pipelineVersion: 1, stage: "Build",
                action: ActionName(name), type: ActionTypeID(category: .build, owner: .aws, provider: "CodeBuild"),
                startTime: 100)
            action.status = status
            action.lastUpdateTime = 102.5
            return action
        }
        execution.stages = [stage]
        return execution
    }

    static let long = String(repeating: "B", count: 500)

    static let declaration = PipelineDeclaration(
        name: "shop", roleArn: "arn:aws:iam::000000000000:role/p",
        artifactStore: ArtifactStoreDeclaration(location: "artifacts"),
        stages: [
            StageDeclaration(
                name: "Build",
                actions: ["A", long].map {
                    ActionDeclaration(
                        name: ActionName($0),
                        actionTypeId: ActionTypeID(category: .build, owner: .aws, provider: "CodeBuild"))
                })
        ])

    @Test func `plain lines say each change once`() {
        let lines = Lines()
        let view = PlainRunView(print: { lines.add($0) })
        view.show(Self.execution([("A", .inProgress)]), of: Self.declaration)
        view.show(Self.execution([("A", .inProgress)]), of: Self.declaration)
        view.show(Self.execution([("A", .succeeded), ("B", .failed)]), of: Self.declaration)
        view.show(Self.execution([("A", .succeeded), ("B", .failed)]), of: Self.declaration)
        view.close()
        let texts = lines.all.map { String($0.drop { $0 != "]" }.dropFirst(2)) }
        #expect(texts == ["Build/A: InProgress", "Build/A: Succeeded after 2.5s", "Build/B: Failed after 2.5s"])
        #expect(lines.all.allSatisfy { $0.hasPrefix("[0.") })
    }

    static func judged(_ status: ConditionStatus, _ rule: RuleStatus) -> PipelineExecution {
        var execution = execution([("A", .succeeded)], status: status == .inProgress ? .inProgress : .failed)
        var condition = ConditionExecution(result: .fail, startTime: 100)
        condition.status = status
        condition.lastUpdateTime = 130
        condition.summary = status == .failed ? "Rule 'Alarm': it rings" : nil
        var run = RuleExecution(
            id: "r-1", executionID: "e-1", pipelineVersion: 1, stage: "Build", gate: .onSuccess, rule: "Alarm",
            type: RuleTypeID(provider: "CloudWatchAlarm"), startTime: 100)
        run.status = rule
        run.lastUpdateTime = 130
        condition.rules = [run]
        execution.stages[0].conditions[.onSuccess] = condition
        return execution
    }

    @Test func `gates that are judged are shown, line by line and in the tree`() {
        let lines = Lines()
        let view = PlainRunView(print: { lines.add($0) })
        for _ in 0..<2 {
            view.show(Self.judged(.inProgress, .inProgress), of: Self.declaration)
        }
        view.show(Self.judged(.failed, .failed), of: Self.declaration)
        #expect(
            lines.all.map { String($0.drop { $0 != "]" }.dropFirst(2)) } == [
                "Build/A: Succeeded after 2.5s", "Build/ON_SUCCESS/Alarm: InProgress", "Build/ON_SUCCESS: InProgress",
                "Build/ON_SUCCESS/Alarm: Failed after 30.0s",
                "Build/ON_SUCCESS: Failed after 30.0s: Rule 'Alarm': it rings",
            ])
        let tree = Lines()
        let live = LiveRunView(write: { tree.add($0) })
        live.show(Self.judged(.inProgress, .inProgress), of: Self.declaration)
        live.show(Self.judged(.failed, .failed), of: Self.declaration)
        #expect(tree.all[0].contains("ON_SUCCESS") && tree.all[0].contains("Alarm (CloudWatchAlarm)"))
        #expect(tree.all[1].contains("✘\u{1B}[0m ON_SUCCESS  30.0s"), "\(tree.all[1])")
        #expect(
            RunSummary(execution: Self.judged(.failed, .failed)).lines.contains(
                "  Build/ON_SUCCESS: Rule 'Alarm': it rings"))
    }

    @Test func `the live tree is drawn again in its place, and cut to the width`() {
        let lines = Lines()
        let view = LiveRunView(write: { lines.add($0) })
        view.show(Self.execution([("A", .inProgress)]), of: Self.declaration)
        view.show(
            Self.execution([("A", .succeeded), (Self.long, .failed)], status: .succeeded), of: Self.declaration)
        view.close()
        #expect(lines.all.count == 3)
        #expect(!lines.all[0].contains("\u{1B}[4A") && lines.all[0].contains("shop e-1 InProgress"))
        // What is still to come stands there already.
        #expect(lines.all[0].contains("· BBB") && lines.all[0].contains("●"))
        #expect(lines.all[1].hasPrefix("\u{1B}[4A") && lines.all[1].contains("✔") && lines.all[1].contains("✘"))
        #expect(lines.all[2].hasPrefix("\u{1B}[4A"))
        let widest = lines.all[0].split(separator: "\n").map { $0.filter { $0 == "B" }.count }.max()
        #expect((1..<500).contains(widest ?? 0))
    }

    @Test(arguments: [
        (0, "0.0s"), (-5, "0.0s"), (1.26, "1.3s"), (59.9, "59.9s"), (60, "1m00s"), (61.9, "1m01s"), (3661, "61m01s"),
    ])
    func `seconds are read at a glance`(value: Double, text: String) {
        #expect(RunText.seconds(value) == text)
    }

    @Test(arguments: [
        (Int64(0), "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (1_048_576, "1.0 MiB"),
        (1_073_741_824, "1.00 GiB"), (Int64.max, "8589934592.00 GiB"),
    ])
    func `bytes are read at a glance`(count: Int64, text: String) {
        #expect(RunText.bytes(count) == text)
    }

    @Test func `the summary names the outcome, the failures and the artifacts`() {
        var execution = Self.execution([("A", .failed)], status: .failed)
        execution.stages[0].actions[0].failure = FailureDetails(.jobFailed, "exit code 3")
        execution.artifacts = [
            "Long-name": StoredArtifact(name: "Long-name", bucket: "b", key: "k.zip", sha256: "ab", size: 2048),
            "App": StoredArtifact(name: "App", bucket: "b", key: "j.zip"),
        ]
        #expect(
            RunSummary(execution: execution).lines == [
                "", "shop: Failed in 1m05s", "  Build/A: JobFailed: exit code 3", "artifacts:",
                "  App        ?  sha256:?  s3://b/j.zip", "  Long-name  2.0 KiB  sha256:ab  s3://b/k.zip",
            ])
        execution.artifacts = [:]
        execution.stages = []
        #expect(RunSummary(execution: execution).lines == ["", "shop: Failed in 1m05s"])
    }

    @Test func `a table's columns are as wide as their widest cell`() {
        #expect(
            CommandOutput.tableLines([["a", "long cell", "x"], ["😀é", "b", "y"]], header: ["N", "CELL", "Z"]) == [
                "N   CELL       Z", "a   long cell  x", "😀é  b          y",
            ])
        #expect(CommandOutput.tableLines([], header: ["N", "CELL"]) == ["N  CELL"])
    }

    @Test func `a logger knows its level, and an unknown one is named`() throws {
        #expect(try CommandLogger.make(level: "warning").logLevel == .warning)
        #expect(throws: (any Error).self) { try CommandLogger.make(level: "loud") }
    }
}
