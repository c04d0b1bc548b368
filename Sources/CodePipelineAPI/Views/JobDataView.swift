import PipelineEngine
import PipelineModel

/// What a worker is told of its job: secrets in clear, and where its artifacts are (spec: job-workers §2).
struct JobDataView: Encodable, Sendable {
    struct Configuration: Encodable, Sendable {
        var configuration: [String: String]
    }

    struct Context: Encodable, Sendable {
        struct Stage: Encodable, Sendable {
            var name: StageName
        }

        struct Action: Encodable, Sendable {
            var name: ActionName
            var actionExecutionId: ActionExecutionID
        }

        var pipelineName: PipelineName
        var stage: Stage
        var action: Action
        var pipelineArn: String
        var pipelineExecutionId: ExecutionID
    }

    struct Artifact: Encodable, Sendable {
        struct Location: Encodable, Sendable {
            struct Object: Encodable, Sendable {
                var bucketName: BucketName
                var objectKey: String
            }

            var type = "S3"
            var s3Location: Object
        }

        var name: ArtifactName
        var revision: String?
        var location: Location
    }

    struct Credentials: Encodable, Sendable {
        var accessKeyId: String
        var secretAccessKey: String
        /// The model requires one: for a key that lasts it is empty, and clients send none then.
        var sessionToken: String
    }

    struct EncryptionKey: Encodable, Sendable {
        var id: String
        var type = "KMS"
    }

    var actionTypeId: ActionTypeID
    var actionConfiguration: Configuration
    var pipelineContext: Context
    var inputArtifacts: [Artifact]
    var outputArtifacts: [Artifact]
    var artifactCredentials: Credentials?
    var continuationToken: String?
    var encryptionKey: EncryptionKey?

    /// - Parameter configuration: with its secrets opened.
    init(
        _ work: ActionWork, of pipeline: PipelineName, configuration: [String: String], key: WorkerKey?,
        in context: CallContext
    ) {
        let action = work.action
        actionTypeId = action.type
        actionConfiguration = Configuration(configuration: configuration)
        pipelineContext = Context(
            pipelineName: pipeline, stage: .init(name: action.stage),
            action: .init(name: action.action, actionExecutionId: action.id),
            pipelineArn: context.arn(ofPipeline: pipeline.rawValue), pipelineExecutionId: action.executionID)
        inputArtifacts = action.inputArtifacts.map(Artifact.init)
        outputArtifacts = action.outputArtifacts.map(Artifact.init)
        artifactCredentials = key.map(Credentials.init)
        continuationToken = work.continuationToken?.limited(to: 2048)
        encryptionKey = (action.outputArtifacts + action.inputArtifacts).lazy.compactMap(\.encryptionKeyID).first
            .map { EncryptionKey(id: $0) }
    }
}

extension JobDataView.Artifact {
    init(_ artifact: StoredArtifact) {
        self.init(
            name: artifact.name, revision: artifact.revision?.revisionID.limited(to: 1500),
            location: Location(s3Location: .init(bucketName: artifact.bucket, objectKey: artifact.key)))
    }
}

extension JobDataView.Credentials {
    init(_ key: WorkerKey) {
        self.init(
            accessKeyId: key.accessKeyID, secretAccessKey: key.secretAccessKey, sessionToken: key.sessionToken ?? "")
    }
}
