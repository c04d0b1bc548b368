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
    init?(_ job: ActionJob, on connection: Connection) throws(FailureDetails) {
        guard job.eventVariables[PipelineExecution.forkMark] == "true",
            let base = job.eventVariables["DestinationBranchName"]
        else { return nil }
        self.base = try BranchName(base, key: "the pull request's target branch")
        let text = connection.options[Self.option] ?? Self.usual
        do {
            patterns = try text.split(separator: " ").map { try GlobPattern(String($0)) }
        } catch {
            throw FailureDetails(
                .configurationError,
                "the connection's option \(Self.option) can't be used: \(error); write globs with spaces between them")
        }
    }

    func protects(_ path: String) -> Bool { patterns.contains { $0.matches(path) } }
}
