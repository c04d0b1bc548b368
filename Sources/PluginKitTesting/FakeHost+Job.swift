package import Foundation
package import PipelineModel
package import PluginKit

extension FakeHost {
    /// A job with an empty workspace and an empty folder for each output, as the runner gives it.
    ///
    /// - Parameters:
    ///   - id: give the same one twice to run a job again; its workspace is emptied, as the runner does.
    ///   - parent: where the provider wants its jobs' folders, if anywhere.
    package func job(
        _ type: ActionTypeID, configuration: [String: String], inputs: [InputArtifact] = [],
        outputs: [ArtifactName] = [], revision: SourceRevisionOverride? = nil, continuationToken: String? = nil,
        id: ActionExecutionID = ActionExecutionID(UUID().uuidString.lowercased()), region: String = "us-east-1",
        eventVariables: [String: String] = [:], isUntrusted: Bool = false, in parent: URL? = nil
    ) throws -> ActionJob {
        let workspace = try (parent ?? folder("jobs")).appendingPathComponent(id.rawValue, isDirectory: true)
        func made(_ folder: URL) throws -> URL {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            return folder
        }
        if FileManager.default.fileExists(atPath: workspace.path) { try FileManager.default.removeItem(at: workspace) }
        return ActionJob(
            id: id, pipeline: "pipeline", execution: "0e2f7d1c-0000-4000-8000-000000000001", stage: "Stage",
            action: "Action", type: type, region: region, account: "000000000000", configuration: configuration,
            inputs: inputs,
            outputs: try outputs.map {
                OutputArtifact(name: $0, folder: try made(workspace.appending(path: "outputs/\($0.rawValue)")))
            },
            revision: revision, eventVariables: eventVariables, isUntrusted: isUntrusted,
            continuationToken: continuationToken,
            workspace: try made(workspace))
    }

    /// An input artifact whose unpacked folder holds `files` (path to content) and whose archive holds `archive`.
    package func input(
        _ name: ArtifactName, files: [String: String], archive: Data = Data("archive".utf8), in parent: URL? = nil
    ) throws -> InputArtifact {
        let place = try (parent ?? folder("inputs")).appendingPathComponent(name.rawValue, isDirectory: true)
        let contents = place.appendingPathComponent("contents", isDirectory: true)
        try FileManager.default.createDirectory(at: contents, withIntermediateDirectories: true)
        for (path, text) in files {
            let file = contents.appendingPathComponent(path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        let stored = place.appendingPathComponent("artifact.zip")
        try archive.write(to: stored)
        return InputArtifact(
            name: name, contents: contents, archive: stored,
            stored: StoredArtifact(
                name: name, bucket: "artifacts", key: "pipeline/\(name.rawValue)/artifact.zip",
                size: Int64(archive.count)))
    }
}
