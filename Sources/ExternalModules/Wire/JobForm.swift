import Foundation
import PipelineModel
import PluginKit

/// An action's job as a module reads it.
struct JobForm: Encodable {
    struct Input: Encodable {
        let name: String
        /// The unpacked folder, or the stored file.
        let contents: String
        let archive: String
    }

    struct Output: Encodable {
        let name: String
        let folder: String
    }

    struct Revision: Encodable {
        let type: String
        let value: String

        init(_ revision: SourceRevisionOverride) {
            type = revision.revisionType.rawValue
            value = revision.revisionValue
        }
    }

    let id: String
    let pipeline: String
    let execution: String
    let stage: String
    let action: String
    let actionType: ActionTypeID
    let region: String
    let account: String
    let configuration: [String: String]
    let inputs: [Input]
    let outputs: [Output]
    let revision: Revision?
    let revisions: [Revision]
    let eventVariables: [String: String]
    let continuationToken: String?
    /// Strangers may have written what it brings along; absent for all others.
    let untrusted: Bool?
    let workspace: String

    init(_ job: ActionJob) {
        id = job.id.rawValue
        pipeline = job.pipeline.rawValue
        execution = job.execution.rawValue
        stage = job.stage.rawValue
        action = job.action.rawValue
        actionType = job.type
        region = job.region
        account = job.account
        configuration = job.configuration
        inputs = job.inputs.map {
            Input(name: $0.name.rawValue, contents: $0.contents.path, archive: $0.archive.path)
        }
        outputs = job.outputs.map { Output(name: $0.name.rawValue, folder: $0.folder.path) }
        revision = job.revision.map(Revision.init)
        revisions = job.revisions.map(Revision.init)
        eventVariables = job.eventVariables
        continuationToken = PassedToken.inner(job.continuationToken)
        untrusted = job.isUntrusted ? true : nil
        workspace = job.workspace.path
    }
}

/// Continuation tokens of external modules as the engine keeps them: the module's own behind a `t`, or behind a `w`
/// when the module had no room for the job and was not asked at all.
enum PassedToken {
    static func inner(_ token: String?) -> String? {
        guard let token, token != "w" else { return nil }
        return String(token.dropFirst())
    }

    static func asked(_ token: String) -> String { "t" + token }
    static func waiting(_ former: String?) -> String { "w" + (inner(former) ?? "") }
}
