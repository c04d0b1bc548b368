import Foundation
import PipelineModel
import PluginKit

/// Finds the buildspec of a build: the action's override, else the project's, else `buildspec.yml`; text or a path.
struct BuildspecLocation {
    let action: ActionSettings
    let project: CodeBuildSettings.Project
    let sourceFolder: String
    /// Where strangers may have written what is built: globs of the files in the source that they did not write.
    let protectedPaths: [String]?

    init(_ plan: BuildPlan, sourceFolder: String) {
        action = plan.action
        project = plan.project
        self.sourceFolder = sourceFolder
        let primary = plan.job.inputs.first { $0.name == plan.action.primary }
        protectedPaths = plan.job.isUntrusted ? primary?.stored.protectedPaths ?? [] : nil
    }

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
        try checkAuthor(of: String(real.dropFirst(sourceFolder.count + 1)), named: name)
        guard let data = FileManager.default.contents(atPath: real), data.count <= 1 << 20 else {
            throw ActionSettings.wrong("YAML_FILE_ERROR: the buildspec '\(name)' can't be read or is larger than 1 MiB")
        }
        return Found(name: name, contents: String(decoding: data, as: UTF8.self))
    }

    /// - Parameter path: below the source folder and without links, which a stranger could have laid.
    private func checkAuthor(of path: String, named name: String) throws(FailureDetails) {
        guard let protectedPaths else { return }
        do throws(GlobPatternError) {
            for glob in protectedPaths where try PipelineModel.GlobPattern(glob).matches(path) { return }
        } catch {
            throw ActionSettings.wrong("what forks may not change can't be read: \(error)")
        }
        throw FailureDetails(
            .permissionError,
            """
            A pull request from a fork started this execution, and the buildspec '\(name)' of the primary source may be \
            the fork's own. Read it from the source action's artifact and name it in the connection's option \
            fork_protected, or write it into projects.\(action.projectName).buildspec; where forks are trusted, say so in \
            the connection's options (forks: trusted).
            """)
    }
}
