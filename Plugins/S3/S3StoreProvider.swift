package import PipelineModel
package import PluginKit

/// Makes the stores of `stores:` entries with `module: S3`.
package struct S3StoreProvider: ObjectStoreProvider {
    package let name = "S3"

    package init() {}

    package func store(
        for bucket: BucketName, settings: SettingValue, host: any PluginHost
    ) throws -> any ObjectStore {
        let settings = try S3Settings(settings, bucket: bucket.rawValue)
        return S3Store(bucket: bucket, client: S3Client(bucket: bucket, settings: settings, host: host))
    }
}
