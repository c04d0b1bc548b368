public import PipelineModel

/// Makes stores of one kind out of a `stores:` entry. `init` of the plugin has checked nothing about them yet.
public protocol ObjectStoreProvider: Sendable {
    /// As written in a store's `module:`, e.g. `S3`.
    var name: String { get }

    /// - Parameters:
    ///   - bucket: the bucket that the store stands for.
    ///   - settings: the store's entry in `stores:`, without `module`.
    /// - Throws: ``SettingsError``.
    func store(for bucket: BucketName, settings: SettingValue, host: any PluginHost) throws -> any ObjectStore
}
