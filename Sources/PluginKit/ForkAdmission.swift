public import PipelineModel

/// Whether jobs of executions that a fork's pull request started are handed to programs that the gateway doesn't keep
/// apart, and whose secrets it doesn't know: a Jenkins, job workers, external modules. Set by the operator, as `forks:`.
///
/// Where they are, they still get no secret of the gateway's: ``ActionJob/isUntrusted``.
public enum ForkAdmission: String, Sendable, Equatable, CaseIterable {
    case refused, allowed

    /// - Parameters:
    ///   - text: what `forks:` says; `nil` is ``refused``.
    ///   - place: of the setting, e.g. `job_workers.forks`.
    /// - Throws: ``SettingsError``.
    public init(_ text: String?, at place: String) throws {
        guard let text else {
            self = .refused
            return
        }
        guard let known = Self(rawValue: text) else {
            throw SettingsError(place: place, message: "'\(text)' is unknown; write refused or allowed")
        }
        self = known
    }

    /// The failure of an action that isn't handed over.
    ///
    /// - Parameter receiver: who would get the job, e.g. `the Jenkins at https://ci.example`.
    public static func refusal(of receiver: String, setting place: String) -> FailureDetails {
        FailureDetails(
            .permissionError,
            "A pull request from a fork started this execution, and such is not handed to \(receiver), which may hold "
                + "secrets. Where it may run what strangers have written, set \(place): allowed; where forks are "
                + "trusted, say so in the connection's options (forks: trusted).")
    }
}
