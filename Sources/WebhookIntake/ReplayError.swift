package import PipelineModel

/// Why a journaled delivery can't be replayed.
package enum ReplayError: Error, Sendable, Equatable, CustomStringConvertible {
    case notAccepted(outcome: String)
    case hookIsGone(String)
    case connectionIsGone(String)
    case noPipeline(PipelineName)
    case unreadable(String)
    case storageFailed(String)

    package var description: String {
        switch self {
        case .notAccepted(let outcome):
            "only deliveries of verified senders can be replayed; the outcome of this one was '\(outcome)'"
        case .hookIsGone(let name): "the hook '\(name)' is no longer in the configuration"
        case .connectionIsGone(let name): "there is no connection '\(name)' any more"
        case .noPipeline(let name): "there is no pipeline '\(name)'"
        case .unreadable(let reason): reason
        case .storageFailed(let reason): reason
        }
    }
}
