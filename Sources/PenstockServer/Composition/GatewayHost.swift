package import Foundation
package import Logging
package import PipelineModel
package import PluginKit
import Synchronization

/// What this gateway lends to its plugins.
///
/// It is the buckets' directory as well: a store may need the host that it is made for.
package final class GatewayHost: PluginHost, ObjectStores {
    private let transport: any HTTPClient
    package let logger: Logger
    package let connections: any Connections
    package let hiddenPaths: [URL]
    private let dataFolder: URL
    private let credentials: CredentialCache
    private let storeProviders: [String: any ObjectStoreProvider]
    private let storeSettings: [BucketName: StoreSettings]
    private let opened = Mutex<[BucketName: any ObjectStore]>([:])

    /// - Throws: ``SettingsError`` when an entry of `stores:` names a module that isn't there.
    ///
    /// - Parameter connections: those of the settings, when it isn't given.
    package init(
        settings: ServerSettings, modules: Modules, connections: ConnectionTable? = nil, http: any HTTPClient,
        logger: Logger
    ) throws {
        self.transport = http
        self.logger = logger
        self.connections =
            connections
            ?? ConnectionTable(settings.connections, region: settings.region, account: settings.account)
        self.dataFolder = settings.dataFolder
        self.credentials = CredentialCache(modules.credentialIssuers)
        self.hiddenPaths = [settings.dataFolder] + settings.secretFiles
        let providers = modules.objectStores
        self.storeProviders = Dictionary(providers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.storeSettings = Dictionary(
            settings.stores.map { ($0.bucket, $0) }, uniquingKeysWith: { first, _ in first })
        for entry in settings.stores where storeProviders[entry.module] == nil {
            let known = storeProviders.keys.sorted().joined(separator: ", ")
            throw SettingsError(
                place: "stores.\(entry.bucket).module",
                message: "no module '\(entry.module)' keeps objects; there are: \(known)")
        }
    }

    package var stores: any ObjectStores { self }

    package var http: any HTTPClient { RenewingClient(base: transport, credentials: credentials, host: self) }

    package func now() -> Date { Date() }

    package func credential(for connection: Connection) async throws(FailureDetails) -> Credential? {
        try await credentials.credential(for: connection, host: self)
    }

    package func credential(
        for connection: Connection, insteadOf refused: Credential
    ) async throws(FailureDetails) -> Credential? {
        try await credentials.credential(for: connection, insteadOf: refused, host: self)
    }

    /// Connections have changed: what was made of them may be worth nothing now.
    package func forgetCredentials() { credentials.forget() }

    package func stateFolder(for plugin: String) throws -> URL {
        let folder = dataFolder.appending(path: "modules").appending(path: plugin, directoryHint: .isDirectory)
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return folder
    }

    /// A bucket without an entry in `stores:` is a local one.
    package func store(for bucket: BucketName) throws -> any ObjectStore {
        if let store = opened.withLock({ $0[bucket] }) { return store }
        let entry = storeSettings[bucket]
        guard let provider = storeProviders[entry?.module ?? "Local"] else {
            throw SettingsError(place: "stores.\(bucket)", message: "no module keeps local objects")
        }
        let made = try provider.store(for: bucket, settings: entry?.settings ?? .map([:]), host: self)
        return opened.withLock { opened in
            if let store = opened[bucket] { return store }
            opened[bucket] = made
            return made
        }
    }

    /// Opens every configured store, so that a wrong setting is found at the start and not by the first job.
    package func checkStores() throws {
        for bucket in storeSettings.keys { _ = try store(for: bucket) }
    }
}
