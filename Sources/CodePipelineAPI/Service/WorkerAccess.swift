package import PipelineModel

/// How job workers get at artifacts: the keys that the gateway may hand to them.
package protocol WorkerAccess: Sendable {
    /// The key for the buckets of a job; `nil` when a worker can't reach them, which is logged with the remedy.
    ///
    /// - Parameter buckets: those of its outputs first, then those of its inputs; none twice.
    func key(to buckets: [BucketName], for job: String) -> WorkerKey?
}

/// A worker's key; it never appears in a log.
package struct WorkerKey: Sendable, Equatable {
    package var accessKeyID: String
    package var secretAccessKey: String
    package var sessionToken: String?

    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }
}
