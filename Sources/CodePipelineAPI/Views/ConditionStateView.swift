import Foundation
import PipelineModel

/// A gate of a stage as GetPipelineState shows it (spec: execution-semantics §10, §16).
struct StageConditionView: Encodable, Sendable {
    struct Execution: Encodable, Sendable {
        var status: ConditionStatus
        var summary: String?
    }

    struct Condition: Encodable, Sendable {
        struct Execution: Encodable, Sendable {
            var status: ConditionStatus
            var summary: String?
            var lastStatusChange: Date
        }

        var latestExecution: Execution?
        var ruleStates: [RuleStateView]
    }

    /// Of all conditions together: AWS allows one.
    var latestExecution: Execution?
    var conditionStates: [Condition]

    /// - Parameter last: the gate's evaluation in the execution that entered the stage last, if there was one.
    init(_ condition: ConditionDeclaration, last: ConditionExecution?) {
        let summary = last?.summary?.limited(to: 2048)
        latestExecution = last.map { Execution(status: $0.status, summary: summary) }
        conditionStates = [
            Condition(
                latestExecution: last.map {
                    Condition.Execution(
                        status: $0.status, summary: summary, lastStatusChange: Date(seconds: $0.lastUpdateTime))
                },
                ruleStates: condition.rules.map { rule in
                    RuleStateView(rule.name, last: last?.rules.last { $0.rule == rule.name })
                })
        ]
    }
}

/// A rule as GetPipelineState shows it.
struct RuleStateView: Encodable, Sendable {
    struct Execution: Encodable, Sendable {
        var ruleExecutionId: RuleExecutionID
        var status: RuleStatus
        var summary: String?
        var lastStatusChange: Date
        var lastUpdatedBy: String?
        var externalExecutionId: String?
        var externalExecutionUrl: String?
        var errorDetails: ErrorDetailsView?
    }

    var ruleName: RuleName
    /// The source revision that the rule judges, where it takes an artifact of a source.
    var currentRevision: ActionStateView.Revision?
    var latestExecution: Execution?
    var revisionUrl: String?

    init(_ name: RuleName, last: RuleExecution?) {
        ruleName = name
        latestExecution = last.map(Execution.init)
        if let last, let revision = last.inputArtifacts.lazy.compactMap(\.revision).first {
            currentRevision = ActionStateView.Revision(revision, seenAt: last.startTime)
            revisionUrl = revision.url?.limited(to: 2048)
        }
    }
}

extension RuleStateView.Execution {
    init(_ rule: RuleExecution) {
        self.init(
            ruleExecutionId: rule.id, status: rule.status, summary: rule.summary?.limited(to: 2048),
            lastStatusChange: Date(seconds: rule.lastUpdateTime), lastUpdatedBy: rule.updatedBy,
            externalExecutionId: rule.externalExecutionID?.limited(to: 1500),
            externalExecutionUrl: rule.externalExecutionURL?.limited(to: 2048),
            errorDetails: rule.failure.map(ErrorDetailsView.init))
    }
}
