import Foundation
import PipelineModel
import PluginKit

/// A job made of a sample, in folders as the runner gives them.
struct SampleJob {
    let job: ActionJob
    let log = SampleLog()

    /// - Parameter folder: everything of the job lies below it; what a former run left there is removed.
    init(_ sample: ConformanceSample, type: ActionTypeDescription, in folder: URL) throws {
        let files = FileManager.default
        if files.fileExists(atPath: folder.path) { try files.removeItem(at: folder) }
        func make(_ path: String) throws -> URL {
            let made = folder.appending(path: path, directoryHint: .isDirectory)
            try files.createDirectory(at: made, withIntermediateDirectories: true)
            return made
        }
        let inputs = try (sample.given.inputs ?? [:]).sorted { $0.key < $1.key }.map { name, contents in
            let place = try make("inputs/\(name)")
            for (path, text) in contents {
                let file = place.appending(path: path)
                try files.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: file)
            }
            return InputArtifact(
                name: ArtifactName(name), contents: place, archive: folder.appending(path: "inputs/\(name).zip"),
                stored: StoredArtifact(name: ArtifactName(name), bucket: "sample", key: name))
        }
        job = ActionJob(
            id: "00000000-0000-4000-8000-000000000001", pipeline: "sample",
            execution: "00000000-0000-4000-8000-000000000002", stage: "Sample", action: "Sample", type: type.id,
            region: "us-east-1", account: "000000000000", configuration: sample.given.configuration ?? [:],
            inputs: inputs,
            outputs: try (sample.given.outputs ?? []).map {
                OutputArtifact(name: ArtifactName($0), folder: try make("outputs/\($0)"))
            }, revision: nil, continuationToken: nil, workspace: try make("workspace"))
    }

    final class SampleLog: ActionLog {
        func line(_ text: String) {}
        func mask(_ secret: String) {}
    }
}
