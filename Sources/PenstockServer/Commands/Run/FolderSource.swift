import Foundation
import PipelineModel
import PluginKit

/// The source of `penstock run --source NAME=DIR`: a folder's files as they are, without `.git`, and without a data
/// folder that lies in it, which holds keys.
struct FolderSource: ActionProvider {
    /// Data folders.
    var leavingOut: [URL] = []

    static let typeID = ActionTypeID(category: .source, owner: .custom, provider: "Folder")

    let type = ActionTypeDescription(
        id: typeID, configuration: [ConfigurationProperty("Path", required: true, summary: "the folder")],
        inputArtifacts: 0...0, outputArtifacts: 1...1, timeout: 3600)

    func run(_ job: ActionJob, on host: any ActionHost) async -> ActionOutcome {
        guard let path = job.configuration["Path"], let output = job.outputs.first else {
            return .failed(FailureDetails(.configurationError, "The folder source needs Path and one output artifact."))
        }
        let root = URL(fileURLWithPath: path, isDirectory: true)
        let entries: [ProducedArtifact.PackedEntry]
        do {
            entries = try FileManager.default.subpathsOfDirectory(atPath: path)
                .filter { $0 != ".git" && !$0.hasPrefix(".git/") && !isLeftOut(root.appending(path: $0).path) }
                .filter { !Self.isFolder(root.appending(path: $0).path) }
                .map { ProducedArtifact.PackedEntry(path: $0, name: $0) }
        } catch {
            return .failed(FailureDetails(.revisionUnavailable, "\(path) can't be read: \(error.localizedDescription)"))
        }
        host.log.line("\(entries.count) files from \(path)")
        let revision = "folder-\(Int(host.now().timeIntervalSince1970))"
        return .succeeded(
            ActionSuccess(
                outputs: [output.name: .files(root: root, entries: entries)],
                progress: ActionProgress(externalExecutionID: revision, summary: path),
                revision: SourceRevision(actionName: job.action, revisionID: revision, summary: path)))
    }

    private func isLeftOut(_ path: String) -> Bool {
        leavingOut.contains { path == $0.path || path.hasPrefix($0.path + "/") }
    }

    /// A link to a folder is a link.
    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
