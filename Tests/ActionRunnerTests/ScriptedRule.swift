import Foundation
import PipelineEngine
import PipelineModel
import PluginKit
import Synchronization

/// A rule whose behaviour the test writes down; it remembers the jobs that it got.
final class ScriptedRule: RuleProvider {
    typealias Script = @Sendable (RuleJob, any ActionHost) async -> RuleOutcome

    static let id = RuleTypeID(provider: "Scripted")
    let type = RuleTypeDescription(id: ScriptedRule.id, configuration: [], inputArtifacts: 0...5)
    private let script: Script
    private let seen = Mutex<[RuleJob]>([])
    private let cleaned = Mutex(0)

    init(_ script: @escaping Script) { self.script = script }

    var jobs: [RuleJob] { seen.withLock { $0 } }
    var cleanUps: Int { cleaned.withLock { $0 } }

    func evaluate(_ job: RuleJob, on host: any ActionHost) async -> RuleOutcome {
        seen.withLock { $0.append(job) }
        return await script(job, host)
    }

    func cleanUp(on host: any PluginHost) async { cleaned.withLock { $0 += 1 } }
}

extension StageDeclaration {
    /// The stage with one rule before its entry.
    func gated(
        configuration: [String: ConfigurationValue] = [:], inputs: [ArtifactReference] = [], timeout: Int? = nil,
        result: ConditionResult = .fail
    ) -> StageDeclaration {
        var stage = self
        let rule = RuleDeclaration(
            name: "Check", ruleTypeId: ScriptedRule.id, configuration: configuration, inputArtifacts: inputs,
            timeoutInMinutes: timeout)
        stage.beforeEntry = GateDeclaration(conditions: [ConditionDeclaration(result: result, rules: [rule])])
        return stage
    }
}

extension PipelineExecution {
    /// The rule of the last stage's entrance.
    var entryRule: RuleExecution? { stages.last?.conditions[.beforeEntry]?.rules.first }
}

/// A clock that stands until it is moved.
final class ManualClock: Sendable {
    private let seconds = Mutex(1_000_000.0)
    var now: Double { seconds.withLock { $0 } }
    func advance(_ by: Double) { seconds.withLock { $0 += by } }
}
