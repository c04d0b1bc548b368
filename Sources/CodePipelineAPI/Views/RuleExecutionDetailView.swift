import Foundation
import PipelineModel

/// One execution of a rule as ListRuleExecutions shows it, secrets masked.
struct RuleExecutionDetailView: Encodable, Sendable {
    struct Input: Encodable, Sendable {
        var ruleTypeId: RuleTypeID
        var configuration: [String: String]
        var resolvedConfiguration: [String: String]
        var roleArn: String?
        var region: String?
        var inputArtifacts: [ActionExecutionDetailView.Artifact]
    }

    struct Output: Encodable, Sendable {
        var executionResult: ActionExecutionDetailView.Result
    }

    var pipelineExecutionId: ExecutionID
    var ruleExecutionId: RuleExecutionID
    var pipelineVersion: Int
    var stageName: StageName
    var ruleName: RuleName
    var startTime: Date
    var lastUpdateTime: Date
    var updatedBy: String?
    var status: RuleStatus
    var input: Input
    var output: Output

    init(_ rule: RuleExecution) {
        pipelineExecutionId = rule.executionID
        ruleExecutionId = rule.id
        pipelineVersion = rule.pipelineVersion
        stageName = rule.stage
        ruleName = rule.rule
        startTime = Date(seconds: rule.startTime)
        lastUpdateTime = Date(seconds: rule.lastUpdateTime)
        updatedBy = rule.updatedBy
        status = rule.status
        input = Input(
            ruleTypeId: rule.type, configuration: rule.configuration.mapValues(\.description),
            resolvedConfiguration: rule.resolvedConfiguration.mapValues(\.description), roleArn: rule.roleArn,
            region: rule.region, inputArtifacts: rule.inputArtifacts.map(ActionExecutionDetailView.Artifact.init))
        output = Output(
            executionResult: ActionExecutionDetailView.Result(
                externalExecutionId: rule.externalExecutionID, externalExecutionSummary: rule.summary,
                externalExecutionUrl: rule.externalExecutionURL?.limited(to: 2048),
                errorDetails: rule.failure.map(ErrorDetailsView.init)))
    }
}
