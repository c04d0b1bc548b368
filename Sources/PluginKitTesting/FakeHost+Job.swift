package import Foundation
package import PipelineModel
package import PluginKit

extension FakeHost {
    /// A job with an empty workspace and an empty folder for each output, as the runner gives it.
    ///
    /// - Parameter id: give the same one twice to run a job again; its workspace is emptied, as the runner does.
    package func job(
        _ type: ActionTypeID, configuration: [String: String], inputs: [InputArtifact] = [],
        outputs: [ArtifactName] = [], revision: SourceRevisionOverride? = nil, continuationToken: String? = nil,
        id: ActionExecutionID = ActionExecutionID(UUID().uuidString.lowercased()), region: String = "us-east-1",
        eventVariables: [String: String] = [:], isUntrusted: Bool = false
    ) throws -> ActionJob {
        let path = "jobs/\(id.rawValue)"
        let workspace = root.appendingPathComponent(path, isDirectory: true)
        if FileManager.default.fileExists(atPath: workspace.path) { try FileManager.default.removeItem(at: workspace) }
        return ActionJob(
            id: id, pipeline: "pipeline", execution: "0e2f7d1c-0000-4000-8000-000000000001", stage: "Stage",
            action: "Action", type: type, region: region, account: "000000000000", configuration: configuration,
            inputs: inputs,
            outputs: try outputs.map {
                OutputArtifact(name: $0, folder: try folder("\(path)/outputs/\($0.rawValue)"))
            },
            revision: revision, eventVariables: eventVariables, isUntrusted: isUntrusted,
            continuationToken: continuationToken,
            workspace: try folder(path))
    }

    /// An input artifact whose unpacked folder holds `files` (path to content) and whose archive holds `archive`.
    package func input(
        _ name: ArtifactName, files: [String: String], archive: Data = Data("archive".utf8)
    ) throws -> InputArtifact {
        let contents = try folder("inputs/\(name.rawValue)/contents")
        for (path, text) in files {
            let file = contents.appendingPathComponent(path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        let stored = root.appendingPathComponent("inputs/\(name.rawValue)/artifact.zip")
        try archive.write(to: stored)
        return InputArtifact(
            name: name, contents: contents, archive: stored,
            stored: StoredArtifact(
                name: name, bucket: "artifacts", key: "pipeline/\(name.rawValue)/artifact.zip",
                size: Int64(archive.count)))
    }
}
