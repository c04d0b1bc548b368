import PipelineModel
import PluginKit

extension FailureDetails {
    /// What an action reports when a store refused: AWS's failure type, and the remedy where one is known.
    init(_ error: any Error, doing: String) {
        guard let error = error as? ObjectStoreError else {
            self.init(.jobFailed, "\(doing): \(error)")
            return
        }
        switch error {
        case .noSuchKey: self.init(.revisionUnavailable, "\(doing): \(error).")
        case .noSuchBucket(let bucket):
            self.init(
                .configurationError, "\(doing): \(error). Create it, or correct stores.\(bucket) in penstock.yaml.")
        case .accessDenied(let bucket, _):
            self.init(.permissionError, "\(doing): \(error). Check the key of stores.\(bucket) in penstock.yaml.")
        case .invalidKey: self.init(.configurationError, "\(doing): \(error).")
        case .corrupted: self.init(.jobFailed, "\(doing): \(error).")
        case .unavailable: self.init(.systemUnavailable, "\(doing): \(error).")
        }
    }
}
