import Foundation
import PipelineModel

/// One attempt as ListActionExecutions shows it, secrets masked.
struct ActionExecutionDetailView: Encodable, Sendable {
    struct Artifact: Encodable, Sendable {
        struct Location: Encodable, Sendable {
            var bucket: BucketName
            var key: String
        }

        var name: ArtifactName
        var s3location: Location

        init(_ artifact: StoredArtifact) {
            name = artifact.name
            s3location = Location(bucket: artifact.bucket, key: artifact.key)
        }
    }

    struct Input: Encodable, Sendable {
        var actionTypeId: ActionTypeID
        var configuration: [String: String]
        var resolvedConfiguration: [String: String]
        var roleArn: String?
        var region: String?
        var inputArtifacts: [Artifact]
        var namespace: String?
    }

    struct Result: Encodable, Sendable {
        var externalExecutionId: String?
        var externalExecutionSummary: String?
        var externalExecutionUrl: String?
        var errorDetails: ErrorDetailsView?
    }

    struct Output: Encodable, Sendable {
        var outputArtifacts: [Artifact]
        var executionResult: Result
        var outputVariables: [String: String]
    }

    var pipelineExecutionId: ExecutionID
    var actionExecutionId: ActionExecutionID
    var pipelineVersion: Int
    var stageName: StageName
    var actionName: ActionName
    var startTime: Date
    var lastUpdateTime: Date
    var updatedBy: String?
    var status: ActionStatus
    var input: Input
    var output: Output

    init(_ action: ActionExecution) {
        pipelineExecutionId = action.executionID
        actionExecutionId = action.id
        pipelineVersion = action.pipelineVersion
        stageName = action.stage
        actionName = action.action
        startTime = Date(seconds: action.startTime)
        lastUpdateTime = Date(seconds: action.lastUpdateTime)
        updatedBy = action.updatedBy
        status = action.status
        input = Input(action)
        output = Output(action)
    }
}

extension ActionExecutionDetailView.Input {
    init(_ action: ActionExecution) {
        self.init(
            actionTypeId: action.type, configuration: action.configuration.mapValues(\.description),
            resolvedConfiguration: action.resolvedConfiguration.mapValues(\.description), roleArn: action.roleArn,
            region: action.region, inputArtifacts: action.inputArtifacts.map(ActionExecutionDetailView.Artifact.init),
            namespace: action.namespace)
    }
}

extension ActionExecutionDetailView.Output {
    /// Outputs are shown once they are stored. A waiting approval's token stands for its external id, since
    /// GetPipelineState doesn't show every execution (spec: execution-semantics §5).
    init(_ action: ActionExecution) {
        let waitingToken = action.status == .inProgress ? action.approvalToken : nil
        self.init(
            outputArtifacts: action.status == .succeeded
                ? action.outputArtifacts.map(ActionExecutionDetailView.Artifact.init) : [],
            executionResult: ActionExecutionDetailView.Result(
                externalExecutionId: action.externalExecutionID ?? waitingToken,
                externalExecutionSummary: action.summary, externalExecutionUrl: action.externalExecutionURL,
                errorDetails: action.failure.map(ErrorDetailsView.init)),
            outputVariables: action.outputVariables)
    }
}
