import Foundation
package import PipelineModel

extension ActionLogs {
    /// Removes the logs of an execution that is history. Nothing there is no error.
    ///
    /// - Throws: when the folder is there and can't be removed.
    package func remove(_ execution: ExecutionID, of pipeline: PipelineName) throws {
        let folder = folder(of: execution, in: pipeline)
        guard FileManager.default.fileExists(atPath: folder.path) else { return }
        try FileManager.default.removeItem(at: folder)
    }
}
