package import CodePipelineAPI
package import PipelineModel
package import PluginKit

/// One entry of `stores:`: a bucket and the module that reaches it.
package struct StoreSettings: Sendable {
    package let bucket: BucketName
    package let module: String
    /// What is left for the module to read.
    package let settings: SettingValue
    /// The key that job workers get for the bucket's artifacts.
    package let worker: WorkerKey?

    private struct WorkerEntry: Decodable {
        var accessKeyID: String
        var secretAccessKey: String?
        var secretAccessKeyFile: String?
        var sessionToken: String?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case accessKeyID = "access_key_id"
            case secretAccessKey = "secret_access_key"
            case secretAccessKeyFile = "secret_access_key_file"
            case sessionToken = "session_token"
        }
    }

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
        self.worker = try Self.worker(members.removeValue(forKey: "worker"), of: name, module: self.module)
        self.settings = .map(members)
    }

    private static func worker(_ value: SettingValue?, of store: String, module: String) throws -> WorkerKey? {
        let place = "stores.\(store).worker"
        guard let value, value != .null else { return nil }
        guard module != "Local" else {
            throw SettingsError(
                place: place, message: "job workers can't reach a bucket of the module Local; use an S3 store")
        }
        let entry = try value.decode(
            WorkerEntry.self, at: place, knownKeys: Set(WorkerEntry.CodingKeys.allCases.map(\.rawValue)))
        let secret = try SecretSetting.read(
            entry.secretAccessKey, file: entry.secretAccessKeyFile, key: "secret_access_key", at: place)
        guard let secret else {
            throw SettingsError(
                place: place, message: "give one of 'secret_access_key' and 'secret_access_key_file'")
        }
        return WorkerKey(accessKeyID: entry.accessKeyID, secretAccessKey: secret, sessionToken: entry.sessionToken)
    }
}
