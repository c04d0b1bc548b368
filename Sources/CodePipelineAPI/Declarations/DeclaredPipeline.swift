import PipelineModel

/// A pipeline as a client wrote it, defaults not filled in; its shapes are right already.
struct DeclaredPipeline: Decodable, Sendable {
    var name: PipelineName
    var roleArn: String
    var artifactStore: ArtifactStoreDeclaration?
    var artifactStores: [String: ArtifactStoreDeclaration]?
    var stages: [DeclaredStage]
    var executionMode: ExecutionMode?
    var pipelineType: PipelineType?
    var variables: [PipelineVariableDeclaration]?
    var triggers: [TriggerDeclaration]?

    /// The type that an absent `pipelineType` means (spec: pipeline-structure §2).
    var type: PipelineType { pipelineType ?? .v1 }

    /// Every action with its place, in the order of the declaration.
    var placedActions: [PlacedAction] {
        stages.enumerated().flatMap { index, stage in stage.placedActions(stageIndex: index) }
    }
}

struct DeclaredStage: Decodable, Sendable {
    var name: StageName
    var blockers: [Document]?
    var actions: [DeclaredAction]
    var onFailure: DeclaredFailureGate?
    var onSuccess: DeclaredGate?
    var beforeEntry: DeclaredGate?

    var hasConditions: Bool { onFailure != nil || onSuccess != nil || beforeEntry != nil }

    func placedActions(stageIndex: Int) -> [PlacedAction] {
        actions.enumerated().map { index, action in
            PlacedAction(
                action: action, stage: name, stageIndex: stageIndex,
                path: "pipeline.stages.\(stageIndex + 1).member.actions.\(index + 1).member")
        }
    }
}

struct DeclaredAction: Decodable, Sendable {
    struct Output: Decodable, Sendable {
        var name: ArtifactName
        var files: [String]?
    }

    var name: ActionName
    var actionTypeId: ActionTypeID
    var runOrder: Int?
    var configuration: [String: String]?
    var commands: [String]?
    var outputArtifacts: [Output]?
    var inputArtifacts: [ArtifactReference]?
    var outputVariables: [String]?
    var roleArn: String?
    var region: String?
    var namespace: String?
    var timeoutInMinutes: Int?
    var environmentVariables: [Document]?

    var inputs: [ArtifactName] { (inputArtifacts ?? []).map(\.name) }
    var outputs: [ArtifactName] { (outputArtifacts ?? []).map(\.name) }
    var isSource: Bool { actionTypeId.category == .source }
}

/// An action and where it stands.
struct PlacedAction: Sendable {
    let action: DeclaredAction
    let stage: StageName
    let stageIndex: Int
    /// As in AWS's messages, e.g. `pipeline.stages.1.member.actions.1.member`.
    let path: String

    /// Whether this action has always ended when the other one starts.
    func precedes(_ other: PlacedAction) -> Bool {
        (stageIndex, action.runOrder ?? 1) < (other.stageIndex, other.action.runOrder ?? 1)
    }
}
