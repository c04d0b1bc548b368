import CodePipelineAPI
import Logging
import PipelineModel

/// The keys that the configuration lends to job workers, bucket by bucket.
struct WorkerKeys: WorkerAccess {
    private let stores: [BucketName: StoreSettings]
    private let logger: Logger

    init(_ stores: [StoreSettings], logger: Logger) {
        self.stores = Dictionary(stores.map { ($0.bucket, $0) }, uniquingKeysWith: { first, _ in first })
        self.logger = logger
    }

    /// A job carries one key: where its buckets have several, that of the outputs.
    func key(to buckets: [BucketName], for job: String) -> WorkerKey? {
        let keys = buckets.compactMap { bucket -> WorkerKey? in
            if let key = stores[bucket]?.worker { return key }
            warn("a job worker gets no credentials for a bucket of its job: \(remedy(for: bucket))", bucket, job)
            return nil
        }
        if let bucket = buckets.last, Set(keys.map(\.accessKeyID)).count > 1 {
            warn("a job has artifacts in buckets with different worker keys, and can carry one only", bucket, job)
        }
        return keys.first
    }

    private func remedy(for bucket: BucketName) -> String {
        guard let store = stores[bucket], store.module != "Local" else {
            return "it is kept in the gateway's own data folder, where no worker can reach it; put it into an S3 store "
                + "with a 'worker' key"
        }
        return "set stores.\(bucket).worker to a key that may read and write its objects"
    }

    private func warn(_ message: Logger.Message, _ bucket: BucketName, _ job: String) {
        logger.warning(message, metadata: ["bucket": "\(bucket)", "job": "\(job)"])
    }
}
