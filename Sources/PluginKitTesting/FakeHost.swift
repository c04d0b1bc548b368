package import Foundation
package import Logging
package import PluginKit

/// A host for tests of modules: real folders, a log that remembers, and whatever network and stores the test gives.
///
/// Each host has a folder of its own below the system's temporary folder; call ``remove()`` when the test is done.
package struct FakeHost: ActionHost {
    /// The host's own folder: state, workspaces and inputs lie below it.
    package let root: URL
    package let http: any HTTPClient
    package let logger: Logger
    package let stores: any ObjectStores
    package let connections: any Connections
    package let hiddenPaths: [URL]
    package let recorded: RecordingLog
    private let clock: @Sendable () -> Date

    package var log: any ActionLog { recorded }

    /// - Parameters:
    ///   - http: the way out; without one, every request is refused.
    ///   - stores: the buckets that exist; another name is `noSuchBucket`.
    ///   - connections: the Git hosts that exist.
    ///   - parent: where the host's folder is made; the system's temporary folder when it isn't given.
    /// - Throws: when the temporary folder can't be made.
    package init(
        http: any HTTPClient = RefusingHTTPClient(), stores: [any ObjectStore] = [], connections: [Connection] = [],
        hiddenPaths: [URL] = [], in parent: URL? = nil, now: @escaping @Sendable () -> Date = { Date() },
        logger: Logger = Logger(label: "penstock.test") { _ in SwiftLogNoOpLogHandler() }
    ) throws {
        root = (parent ?? FileManager.default.temporaryDirectory)
            .appendingPathComponent("penstock-test-\(UUID().uuidString.lowercased())", isDirectory: true)
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        self.http = http
        self.stores = GivenStores(stores)
        self.connections = GivenConnections(connections)
        self.hiddenPaths = hiddenPaths
        self.clock = now
        self.logger = logger
        recorded = RecordingLog()
    }

    package func stateFolder(for plugin: String) throws -> URL {
        try folder("state/\(plugin)")
    }

    package func now() -> Date { clock() }

    /// Makes, where it is missing, a folder below the host's own.
    package func folder(_ path: String) throws -> URL {
        let folder = root.appendingPathComponent(path, isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    /// Removes everything that the test left behind.
    package func remove() {
        // A folder that stays behind in /tmp is no failure of what was tested.
        try? FileManager.default.removeItem(at: root)
    }
}
