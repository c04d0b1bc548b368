import Foundation
import PipelineModel

/// Finds the buildspec of a build: the action's override, else the project's, else `buildspec.yml`; text or a path.
struct BuildspecLocation {
    let action: ActionSettings
    let project: CodeBuildSettings.Project
    let sourceFolder: String

    struct Found: Equatable {
        /// A path in the source, or `inline`, for messages.
        let name: String
        let contents: String
    }

    func read() throws(FailureDetails) -> Found {
        let declared = action.buildspecOverride ?? project.buildspec
        guard let declared, !declared.isEmpty else { return try file("buildspec.yml") }
        if declared.contains("\n") || declared.contains("version:") || declared.hasPrefix("{") {
            return Found(name: "inline", contents: declared)
        }
        if declared.hasPrefix("arn:") {
            throw ActionSettings.wrong(
                "the buildspec '\(declared)' is an ARN, which can't be read here; write it inline or as a path")
        }
        return try file(declared)
    }

    private func file(_ name: String) throws(FailureDetails) -> Found {
        guard let real = RealPath.of("\(sourceFolder)/\(name)") else {
            throw ActionSettings.wrong(
                "YAML_FILE_ERROR: stat \(name): no such file or directory in the primary source; add it, or name "
                    + "another in projects.\(action.projectName).buildspec or BuildspecOverride")
        }
        guard RealPath.isInside(real, sourceFolder) else {
            throw ActionSettings.wrong("YAML_FILE_ERROR: the buildspec '\(name)' lies outside the primary source")
        }
        guard let data = FileManager.default.contents(atPath: real), data.count <= 1 << 20 else {
            throw ActionSettings.wrong("YAML_FILE_ERROR: the buildspec '\(name)' can't be read or is larger than 1 MiB")
        }
        return Found(name: name, contents: String(decoding: data, as: UTF8.self))
    }
}
