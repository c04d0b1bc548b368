public import Foundation
public import PipelineModel

/// Runs actions of one type.
///
/// A job is run at least once: after a crash the same job (same `id`) is given again, in a clean workspace, so
/// being called twice must be harmless. Cancelling the task means that the action was stopped or timed out, or that
/// the gateway shuts down: end every process that was started here, then return (the outcome is ignored). What goes on
/// outside is ended by ``end(_:on:)``.
public protocol ActionProvider: Sendable {
    var type: ActionTypeDescription { get }

    /// Does the work. Long waiting on something outside returns `pending` and is called again with the token.
    func run(_ job: ActionJob, on host: any ActionHost) async -> ActionOutcome

    /// Below which folder the folders of this provider's jobs are made, where they may not lie beside others', e.g.
    /// because what does the work sees this one alone. It is there when this returns. `nil`: wherever the runner likes.
    ///
    /// - Throws: when it can't be made.
    func workFolder(on host: any PluginHost) throws -> URL?

    /// Called once, before the first job of a gateway's life: ends what a killed gateway left running.
    func cleanUp(on host: any PluginHost) async

    /// Ends what goes on outside for an action that was stopped or timed out, e.g. a build on another server. Called
    /// for every such action once its task has ended, also between two runs of a pending job, for ids that this
    /// provider has never seen, and again after a crash.
    ///
    /// - Throws: why it can't be done now; it is tried again for a while.
    func end(_ action: ActionExecutionID, on host: any PluginHost) async throws(FailureDetails)
}

extension ActionProvider {
    public func workFolder(on host: any PluginHost) throws -> URL? { nil }
    public func cleanUp(on host: any PluginHost) async {}
    public func end(_ action: ActionExecutionID, on host: any PluginHost) async throws(FailureDetails) {}
}

/// What a declaration of this type may hold. The API checks declarations against it.
public struct ActionTypeDescription: Sendable, Equatable {
    public let id: ActionTypeID
    public let configuration: [ConfigurationProperty]
    public let inputArtifacts: ClosedRange<Int>
    public let outputArtifacts: ClosedRange<Int>
    /// Seconds until an attempt times out (spec: execution-semantics §15).
    public let timeout: Int
    /// Whether input artifacts are unpacked into directories for the job, given as the stored file, or only named.
    public let inputForm: InputForm

    public enum InputForm: Sendable, Equatable {
        case directory, file
        /// Nothing is fetched: the provider only says where the objects are. The job's ``InputArtifact/contents`` and
        /// ``InputArtifact/archive`` name files that don't exist.
        case reference
    }

    public init(
        id: ActionTypeID, configuration: [ConfigurationProperty], inputArtifacts: ClosedRange<Int>,
        outputArtifacts: ClosedRange<Int>, timeout: Int, inputForm: InputForm = .directory
    ) {
        self.id = id
        self.configuration = configuration
        self.inputArtifacts = inputArtifacts
        self.outputArtifacts = outputArtifacts
        self.timeout = timeout
        self.inputForm = inputForm
    }

    public func property(_ name: String) -> ConfigurationProperty? { configuration.first { $0.name == name } }
}

public struct ConfigurationProperty: Sendable, Equatable {
    public let name: String
    public let required: Bool
    public let secret: Bool
    public let summary: String

    public init(_ name: String, required: Bool = false, secret: Bool = false, summary: String = "") {
        self.name = name
        self.required = required
        self.secret = secret
        self.summary = summary
    }
}

/// One attempt of one action, ready to run: variables resolved, secrets open, inputs unpacked.
public struct ActionJob: Sendable {
    /// The job's id and the idempotency key towards the outside.
    public let id: ActionExecutionID
    public let pipeline: PipelineName
    public let execution: ExecutionID
    public let stage: StageName
    public let action: ActionName
    public let type: ActionTypeID
    public let region: String
    public let account: String
    public let configuration: [String: String]
    public let inputs: [InputArtifact]
    /// One for each declared output artifact, in order, with an empty folder to fill.
    public let outputs: [OutputArtifact]
    /// Sources: the revision that the event or the caller asked for; `nil` means the newest.
    public let revision: SourceRevisionOverride?
    /// Sources: all that was asked for, e.g. an S3 object's key and its version.
    public let revisions: [SourceRevisionOverride]
    /// The pipelines whose actions led to this job, this pipeline last: an action that starts pipelines starts none
    /// of them.
    public let invokedBy: [PipelineName]
    /// Sources whose revision an event named: what else the event says, under the names of output variables, e.g.
    /// `BranchName`, `TagName`, `PullRequestId`.
    public let eventVariables: [String: String]
    /// Strangers may have written what it runs (a pull request from a fork): show it no secret.
    public let isUntrusted: Bool
    /// What an earlier `pending` returned; `nil` on the first run and after a crash before the first report.
    public let continuationToken: String?
    /// A folder for this job alone, empty at the start of each run, removed afterwards.
    public let workspace: URL

    public init(
        id: ActionExecutionID, pipeline: PipelineName, execution: ExecutionID, stage: StageName, action: ActionName,
        type: ActionTypeID, region: String, account: String, configuration: [String: String], inputs: [InputArtifact],
        outputs: [OutputArtifact], revision: SourceRevisionOverride?, revisions: [SourceRevisionOverride] = [],
        invokedBy: [PipelineName] = [], eventVariables: [String: String] = [:], isUntrusted: Bool = false,
        continuationToken: String?, workspace: URL
    ) {
        self.id = id
        self.pipeline = pipeline
        self.execution = execution
        self.stage = stage
        self.action = action
        self.type = type
        self.region = region
        self.account = account
        self.configuration = configuration
        self.inputs = inputs
        self.outputs = outputs
        self.revision = revision
        self.revisions = revisions
        self.invokedBy = invokedBy
        self.eventVariables = eventVariables
        self.isUntrusted = isUntrusted
        self.continuationToken = continuationToken
        self.workspace = workspace
    }
}

public struct InputArtifact: Sendable {
    public let name: ArtifactName
    /// The unpacked folder, or the stored file, as the type's ``ActionTypeDescription/inputForm`` asks.
    public let contents: URL
    /// The stored file as it was fetched, whatever form `contents` has: for actions that pass it on unopened.
    public let archive: URL
    /// The object that it was read from, for variables that name it.
    public let stored: StoredArtifact

    public init(name: ArtifactName, contents: URL, archive: URL, stored: StoredArtifact) {
        self.name = name
        self.contents = contents
        self.archive = archive
        self.stored = stored
    }
}

public struct OutputArtifact: Sendable {
    public let name: ArtifactName
    /// Put the files here and return `.directory`, or return any other place inside the workspace.
    public let folder: URL

    public init(name: ArtifactName, folder: URL) {
        self.name = name
        self.folder = folder
    }
}

public enum ActionOutcome: Sendable {
    case succeeded(ActionSuccess)
    /// Not done yet: call again in `pollAgain`, with `token`. At most 2048 characters.
    case pending(token: String, pollAgain: Duration, progress: ActionProgress)
    case failed(FailureDetails)
}

public struct ActionProgress: Sendable, Equatable, Codable {
    public var externalExecutionID: String?
    public var externalExecutionURL: String?
    public var summary: String?
    /// 0 to 100.
    public var percentComplete: Int?

    public init(
        externalExecutionID: String? = nil, externalExecutionURL: String? = nil, summary: String? = nil,
        percentComplete: Int? = nil
    ) {
        self.externalExecutionID = externalExecutionID
        self.externalExecutionURL = externalExecutionURL
        self.summary = summary
        self.percentComplete = percentComplete
    }
}

public struct ActionSuccess: Sendable {
    /// What each declared output artifact consists of. The host packs and stores it before the action succeeds.
    public var outputs: [ArtifactName: ProducedArtifact]
    public var variables: [String: String]
    public var progress: ActionProgress
    /// Sources: what was fetched.
    public var revision: SourceRevision?
    /// Sources of untrusted jobs: globs of the files that no stranger wrote, whatever revision was asked for. Builds
    /// take their instructions from no others.
    public var protectedPaths: [String]?

    public init(
        outputs: [ArtifactName: ProducedArtifact] = [:], variables: [String: String] = [:],
        progress: ActionProgress = ActionProgress(), revision: SourceRevision? = nil, protectedPaths: [String]? = nil
    ) {
        self.outputs = outputs
        self.variables = variables
        self.progress = progress
        self.revision = revision
        self.protectedPaths = protectedPaths
    }
}

public enum ProducedArtifact: Sendable, Equatable {
    /// A folder that the host packs.
    case directory(URL)
    /// Some entries of a folder, by their paths below it; the host packs them under `names` as the archive's paths.
    case files(root: URL, entries: [PackedEntry])
    /// One file that is stored as it is.
    case file(URL)

    public struct PackedEntry: Sendable, Equatable {
        /// Below the root.
        public let path: String
        /// In the archive.
        public let name: String

        public init(path: String, name: String) {
            self.path = path
            self.name = name
        }
    }
}
