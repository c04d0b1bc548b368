package import PipelineModel
package import PluginKit

/// One entry of `stores:`: a bucket and the module that reaches it.
package struct StoreSettings: Sendable {
    package let bucket: BucketName
    package let module: String
    /// What is left for the module to read.
    package let settings: SettingValue

    init(name: String, value: SettingValue) throws {
        guard case .map(var members) = value else {
            throw SettingsError(
                place: "stores.\(name)", message: "must be a map, e.g. {module: S3, endpoint: https://…}")
        }
        let module = members.removeValue(forKey: "module")
        guard module == nil || module?.string != nil else {
            throw SettingsError(place: "stores.\(name).module", message: "must be a module's name, e.g. S3")
        }
        self.bucket = BucketName(name)
        self.module = module?.string ?? "S3"
        self.settings = .map(members)
    }
}
