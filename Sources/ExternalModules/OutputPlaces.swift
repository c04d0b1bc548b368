import Foundation
import PipelineModel
import PluginKit

/// Where a job's outputs lie, as the module says: nowhere but in the job's own folders.
struct OutputPlaces {
    let job: ActionJob

    /// An output that the module doesn't name is the folder that it was given for it.
    ///
    /// - Throws: `jobFailed` naming the output.
    func success(_ success: ModuleSuccess) throws(FailureDetails) -> ActionSuccess {
        let declared = Set(job.outputs.map(\.name.rawValue))
        if let unknown = success.outputs.keys.sorted().first(where: { !declared.contains($0) }) {
            throw FailureDetails(
                .jobFailed, "the module names the output '\(unknown)', which the action doesn't declare")
        }
        var outputs: [ArtifactName: ProducedArtifact] = [:]
        for output in job.outputs {
            switch success.outputs[output.name.rawValue] {
            case nil: outputs[output.name] = .directory(output.folder)
            case .folder(let path): outputs[output.name] = .directory(try place(path, output, isFolder: true))
            case .file(let path): outputs[output.name] = .file(try place(path, output, isFolder: false))
            }
        }
        return ActionSuccess(
            outputs: outputs, variables: success.variables, progress: success.progress,
            revision: success.revision.map {
                SourceRevision(
                    actionName: job.action, revisionID: $0.id, summary: $0.summary, url: $0.url, created: $0.created)
            })
    }

    private func place(_ path: String, _ output: OutputArtifact, isFolder: Bool) throws(FailureDetails) -> URL {
        let given = path.hasPrefix("/") ? URL(fileURLWithPath: path) : job.workspace.appending(path: path)
        let real = given.resolvingSymlinksInPath().standardizedFileURL.path
        let roots = ([job.workspace] + job.outputs.map(\.folder)).map {
            $0.resolvingSymlinksInPath().standardizedFileURL.path
        }
        guard roots.contains(where: { real == $0 || real.hasPrefix($0 + "/") }) else {
            throw FailureDetails(
                .jobFailed, "the module's output '\(output.name)' lies outside of the job's workspace: \(path)")
        }
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: real, isDirectory: &isDirectory)
        guard exists, isDirectory.boolValue == isFolder else {
            throw FailureDetails(
                .jobFailed, "the module's output '\(output.name)' is no \(isFolder ? "folder" : "file"): \(path)")
        }
        return URL(fileURLWithPath: real, isDirectory: isFolder)
    }
}
