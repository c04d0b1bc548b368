import PipelineEngine
import PipelineModel
import PluginKit

/// What an execution that a fork's pull request started may not do.
enum ForkRule {
    /// Why its action isn't offered to job workers; `nil` where it may be. Sources run nothing that it brings along.
    static func refusal(ofOffering work: ActionWork, _ admission: ForkAdmission) -> FailureDetails? {
        guard work.isUntrusted == true, work.action.type.category != .source else { return nil }
        guard admission == .allowed else {
            return ForkAdmission.refusal(of: "job workers", setting: "job_workers.forks")
        }
        for (key, value) in work.action.resolvedConfiguration.sorted(by: { $0.key < $1.key }) {
            if case .sealed = value { return withheld(key, of: "action") }
        }
        return nil
    }

    /// - Parameter owner: whose configuration it is: `action` or `rule`.
    static func withheld(_ key: String, of owner: String) -> FailureDetails {
        FailureDetails(
            .permissionError,
            "A pull request from a fork started this execution, and such get no secrets: the \(owner)'s '\(key)' "
                + "is one. Where forks are trusted, say so in the connection's options (forks: trusted).")
    }
}
