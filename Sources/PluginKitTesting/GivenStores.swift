package import PipelineModel
package import PluginKit

/// The buckets that a test gives; there are no others.
package struct GivenStores: ObjectStores {
    private let all: [BucketName: any ObjectStore]

    /// - Parameter all: one store for each bucket; of two for one bucket, the last counts.
    package init(_ all: [any ObjectStore]) {
        self.all = Dictionary(all.map { ($0.bucket, $0) }, uniquingKeysWith: { $1 })
    }

    package func store(for bucket: BucketName) throws -> any ObjectStore {
        guard let store = all[bucket] else { throw ObjectStoreError.noSuchBucket(bucket) }
        return store
    }
}
