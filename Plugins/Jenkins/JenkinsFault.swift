import PipelineModel

/// Why a call to Jenkins brought nothing.
enum JenkinsFault: Error, Sendable {
    /// It may answer later: a restart, an outage, a proxy without a backend.
    case away(String)
    /// Somebody answered who isn't the configured Jenkins: another certificate, a redirect, a page of something else.
    case distrusted(String)
    /// It will never answer otherwise.
    case refused(FailureDetails)
    /// The task was cancelled.
    case cancelled

    init(_ kind: FailureDetails.Kind, _ message: String) { self = .refused(FailureDetails(kind, message)) }
}
