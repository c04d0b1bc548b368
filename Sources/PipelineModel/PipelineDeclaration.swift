/// A pipeline as its owner declared it, with defaults filled in and secrets sealed.
///
/// The coding keys are AWS's member names, so the stored form and `GetPipeline`'s differ only where a secret is masked.
public struct PipelineDeclaration: Codable, Sendable, Equatable {
    public var name: PipelineName
    public var roleArn: String
    public var artifactStore: ArtifactStoreDeclaration?
    public var artifactStores: [String: ArtifactStoreDeclaration]?
    public var stages: [StageDeclaration]
    /// 1 on creation; each update adds one, whatever a client sends.
    public var version: Int
    public var executionMode: ExecutionMode
    public var pipelineType: PipelineType
    public var variables: [PipelineVariableDeclaration]?
    /// V2: which pushes and pull requests start it, by source action.
    public var triggers: [TriggerDeclaration]?

    public init(
        name: PipelineName, roleArn: String, artifactStore: ArtifactStoreDeclaration?,
        artifactStores: [String: ArtifactStoreDeclaration]? = nil, stages: [StageDeclaration], version: Int = 1,
        executionMode: ExecutionMode = .superseded, pipelineType: PipelineType = .v1,
        variables: [PipelineVariableDeclaration]? = nil, triggers: [TriggerDeclaration]? = nil
    ) {
        self.name = name
        self.roleArn = roleArn
        self.artifactStore = artifactStore
        self.artifactStores = artifactStores
        self.stages = stages
        self.version = version
        self.executionMode = executionMode
        self.pipelineType = pipelineType
        self.variables = variables
        self.triggers = triggers
    }

    public func stage(_ name: StageName) -> StageDeclaration? { stages.first { $0.name == name } }

    /// The store that an action's artifacts go to: the one of its region, else the pipeline's only one.
    public func artifactStore(forRegion region: String?) -> ArtifactStoreDeclaration? {
        if let region, let store = artifactStores?[region] { return store }
        if let artifactStore { return artifactStore }
        guard let artifactStores else { return nil }
        return artifactStores.sorted { $0.key < $1.key }.first?.value
    }
}

public struct ArtifactStoreDeclaration: Codable, Sendable, Equatable {
    public var type: String
    public var location: BucketName
    public var encryptionKey: EncryptionKey?

    public init(type: String = "S3", location: BucketName, encryptionKey: EncryptionKey? = nil) {
        self.type = type
        self.location = location
        self.encryptionKey = encryptionKey
    }
}

public struct EncryptionKey: Codable, Sendable, Equatable {
    public var id: String
    public var type: String

    public init(id: String, type: String) {
        self.id = id
        self.type = type
    }
}

public struct StageDeclaration: Codable, Sendable, Equatable {
    public var name: StageName
    public var actions: [ActionDeclaration]
    public var beforeEntry: GateDeclaration?
    public var onSuccess: GateDeclaration?
    public var onFailure: FailureDeclaration?

    public init(
        name: StageName, actions: [ActionDeclaration], beforeEntry: GateDeclaration? = nil,
        onSuccess: GateDeclaration? = nil, onFailure: FailureDeclaration? = nil
    ) {
        self.name = name
        self.actions = actions
        self.beforeEntry = beforeEntry
        self.onSuccess = onSuccess
        self.onFailure = onFailure
    }

    /// The condition that a gate evaluates, if it has one.
    public func condition(_ gate: ConditionGate) -> ConditionDeclaration? {
        switch gate {
        case .beforeEntry: beforeEntry?.conditions.first
        case .onSuccess: onSuccess?.conditions.first
        case .onFailure: onFailure?.conditions?.first
        }
    }

    public func action(_ name: ActionName) -> ActionDeclaration? { actions.first { $0.name == name } }
}

public struct ActionDeclaration: Codable, Sendable, Equatable {
    public var name: ActionName
    public var actionTypeId: ActionTypeID
    public var runOrder: Int
    public var configuration: [String: ConfigurationValue]
    public var inputArtifacts: [ArtifactReference]
    public var outputArtifacts: [ArtifactReference]
    public var roleArn: String?
    public var region: String?
    public var namespace: String?
    /// Manual approvals only: minutes until the approval expires.
    public var timeoutInMinutes: Int?

    public init(
        name: ActionName, actionTypeId: ActionTypeID, runOrder: Int = 1,
        configuration: [String: ConfigurationValue] = [:], inputArtifacts: [ArtifactReference] = [],
        outputArtifacts: [ArtifactReference] = [], roleArn: String? = nil, region: String? = nil,
        namespace: String? = nil, timeoutInMinutes: Int? = nil
    ) {
        self.name = name
        self.actionTypeId = actionTypeId
        self.runOrder = runOrder
        self.configuration = configuration
        self.inputArtifacts = inputArtifacts
        self.outputArtifacts = outputArtifacts
        self.roleArn = roleArn
        self.region = region
        self.namespace = namespace
        self.timeoutInMinutes = timeoutInMinutes
    }
}

public struct PipelineVariableDeclaration: Codable, Sendable, Equatable {
    public var name: String
    public var defaultValue: String?
    public var description: String?

    public init(name: String, defaultValue: String? = nil, description: String? = nil) {
        self.name = name
        self.defaultValue = defaultValue
        self.description = description
    }
}

public enum ExecutionMode: String, Codable, Sendable, CaseIterable {
    case superseded = "SUPERSEDED"
    case queued = "QUEUED"
    case parallel = "PARALLEL"
}

public enum PipelineType: String, Codable, Sendable, CaseIterable {
    case v1 = "V1"
    case v2 = "V2"
}
