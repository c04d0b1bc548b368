import Crypto
import Foundation
import PipelineEngine
import PipelineModel

/// One place that is looked at for all the source actions that read it alike.
struct WatchedSource: Sendable {
    /// The same for actions that would see the same revision. Holds no secret.
    struct Key: Hashable, Sendable {
        let digest: String
    }

    struct Watcher: Hashable, Sendable {
        let pipeline: PipelineName
        let action: ActionName
    }

    let key: Key
    let type: ActionTypeID
    /// Secrets are open.
    let configuration: [String: String]
    var watchers: [Watcher]

    /// - Parameter configuration: the action's, with its secrets open.
    init(
        _ type: ActionTypeID, configuration: [String: String], watcher: Watcher
    ) {
        var relevant = configuration
        for name in Self.irrelevant { relevant[name] = nil }
        var hash = SHA256()
        for text in [type.description] + relevant.sorted(by: { $0.key < $1.key }).flatMap({ [$0.key, $0.value] }) {
            // The length keeps two texts from passing for another two.
            hash.update(data: Data("\(text.utf8.count):\(text)".utf8))
        }
        key = Key(digest: Data(hash.finalize()).base64EncodedString())
        self.type = type
        self.configuration = configuration
        watchers = [watcher]
    }

    /// What says nothing about which revision is there.
    private static let irrelevant = [
        "PollForSourceChanges", "DetectChanges", "OutputArtifactFormat", "AllowOverrideForS3ObjectKey",
    ]

    /// The source actions of a declaration that are polled (spec: triggers-and-webhooks A2). Those of connections aren't:
    /// their pushes come as deliveries, and ``Recovery`` finds the lost ones.
    static func actions(of pipeline: PipelineDeclaration) -> [ActionDeclaration] {
        pipeline.stages.first?.actions.filter(isPolled) ?? []
    }

    private static func isPolled(_ action: ActionDeclaration) -> Bool {
        let type = action.actionTypeId
        guard type.category == .source else { return false }
        switch (type.owner, type.provider) {
        case (.aws, "S3"), (.aws, "CodeCommit"), (.thirdParty, "GitHub"): break
        default: return false
        }
        guard case .plain(let text)? = action.configuration["PollForSourceChanges"] else { return true }
        return text.lowercased() != "false"
    }
}
