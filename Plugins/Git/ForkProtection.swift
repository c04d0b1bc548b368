import Foundation
import PipelineModel
import PluginKit

/// What a pull request from a fork may not change: the files that say what is run come from the branch that it wants
/// to be merged into.
struct ForkProtection: Sendable {
    static let option = "fork_protected"
    static let usual = "buildspec.yml buildspec.yaml **/buildspec*.yml **/buildspec*.yaml"
    /// More protected files than this are no build instructions any more.
    static let mostFiles = 1000

    /// The branch that the request wants to be merged into.
    let base: BranchName
    let patterns: [GlobPattern]

    /// `nil` for everything but a stranger's pull request.
    ///
    /// - Parameters:
    ///   - options: of the connection that the source is read by.
    ///   - branch: the source's own: protects where nobody says what the request wants to be merged into.
    ///   - instructions: globs that no option takes away.
    init?(
        _ job: ActionJob, options: [String: String], branch: BranchName, instructions: [String]
    ) throws(FailureDetails) {
        guard job.eventVariables[PipelineExecution.forkMark] == "true" else { return nil }
        let target = job.eventVariables[PipelineExecution.forkTarget]
        base =
            try target.map { name throws(FailureDetails) in
                try BranchName(name, key: "the pull request's target branch")
            } ?? branch
        let texts = (options[Self.option] ?? Self.usual).split(separator: " ").map { String($0) } + instructions
        do {
            patterns = try texts.map { try GlobPattern($0) }
        } catch {
            throw FailureDetails(
                .configurationError,
                "the connection's option \(Self.option) can't be used: \(error); write globs with spaces between them")
        }
    }

    func protects(_ path: String) -> Bool { patterns.contains { $0.matches(path) } }

    /// Globs of the buildspecs that the configuration's `projects` have in the source: each matches its path alone.
    static func buildspecs(of projects: [String: SettingValue]) -> [String] {
        let paths = projects.values.compactMap { project -> String? in
            guard case .map(let members) = project, case .string(let text)? = members["buildspec"],
                !text.contains("\n")
            else { return nil }
            let segments = text.split(separator: "/").filter { $0 != "." }
            return segments.isEmpty ? nil : literal(segments.joined(separator: "/"))
        }
        return Set(paths).sorted()
    }

    private static func literal(_ path: String) -> String {
        path.map { #"*?[]{}\"#.contains($0) ? "\\\($0)" : "\($0)" }.joined()
    }
}
