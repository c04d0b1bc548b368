import Crypto
import Foundation
import PipelineEngine
import PipelineModel

/// One place that is looked at for all the source actions that read it alike.
struct WatchedSource: Sendable {
    enum Purpose: String, Sendable {
        /// `PollForSourceChanges`.
        case polling
        /// A connection with change detection: its pushes come as deliveries, and lost ones are found.
        case headCheck
    }

    /// The same for actions that would see the same revision. Holds no secret.
    struct Key: Hashable, Sendable {
        let purpose: Purpose
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
        _ purpose: Purpose, _ type: ActionTypeID, configuration: [String: String], watcher: Watcher
    ) {
        var relevant = configuration
        for name in Self.irrelevant { relevant[name] = nil }
        var hash = SHA256()
        for text in [type.description] + relevant.sorted(by: { $0.key < $1.key }).flatMap({ [$0.key, $0.value] }) {
            // The length keeps two texts from passing for another two.
            hash.update(data: Data("\(text.utf8.count):\(text)".utf8))
        }
        key = Key(purpose: purpose, digest: Data(hash.finalize()).base64EncodedString())
        self.type = type
        self.configuration = configuration
        watchers = [watcher]
    }

    /// What says nothing about which revision is there.
    private static let irrelevant = [
        "PollForSourceChanges", "DetectChanges", "OutputArtifactFormat", "AllowOverrideForS3ObjectKey",
    ]

    /// The source actions of a declaration that are looked at, and why (spec: triggers-and-webhooks A1, A2).
    static func actions(of pipeline: PipelineDeclaration) -> [(action: ActionDeclaration, purpose: Purpose)] {
        let filtered = Set(pipeline.triggers?.map(\.gitConfiguration.sourceActionName) ?? [])
        return pipeline.stages.first?.actions.compactMap { action in
            purpose(of: action, hasTrigger: filtered.contains(action.name)).map { (action, $0) }
        } ?? []
    }

    private static func purpose(of action: ActionDeclaration, hasTrigger: Bool) -> Purpose? {
        func isOff(_ key: String) -> Bool {
            guard case .plain(let text)? = action.configuration[key] else { return false }
            return text.lowercased() == "false"
        }
        let type = action.actionTypeId
        guard type.category == .source else { return nil }
        switch (type.owner, type.provider) {
        case (.aws, "S3"), (.aws, "CodeCommit"), (.thirdParty, "GitHub"):
            return isOff("PollForSourceChanges") ? nil : .polling
        case (.aws, "CodeStarSourceConnection"):
            return isOff("DetectChanges") || hasTrigger ? nil : .headCheck
        default: return nil
        }
    }
}
