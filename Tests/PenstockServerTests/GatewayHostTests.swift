import Foundation
import Logging
import PipelineModel
import PluginKit
import Testing

@testable import PenstockServer

@Suite struct GatewayHostTests {
    private func host(_ folder: ServerFolder, _ yaml: String) throws -> GatewayHost {
        let settings = try folder.settings(yaml)
        return try GatewayHost(
            settings: settings, modules: try Modules(settings), http: OfflineHTTPClient(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test func `a store of an unknown module is named`() throws {
        let folder = try ServerFolder()
        let error = #expect(throws: SettingsError.self) { try host(folder, "stores: {b: {module: GCS}}") }
        #expect(error?.place == "stores.b.module")
        #expect(error?.message.contains("there are: Local, S3") == true)
    }

    @Test func `a store's wrong setting is found at the start`() throws {
        let folder = try ServerFolder()
        let host = try host(folder, "stores: {b: {module: Local, path: relative}}")
        let error = #expect(throws: SettingsError.self) { try host.checkStores() }
        #expect(error?.place == "stores.b.path")
    }

    @Test func `a bucket without an entry is a local one, opened once`() async throws {
        let folder = try ServerFolder()
        let host = try host(folder, "stores: {far: {module: Local, path: \(folder.url.path)/far}}")
        try host.checkStores()
        let file = URL(fileURLWithPath: try folder.write("hello", to: "file"))
        for bucket in ["near", "far"] {
            _ = try await host.stores.store(for: BucketName(bucket)).put("k", file: file, options: PutOptions())
            #expect(
                try await host.store(for: BucketName(bucket)).list(prefix: "", after: nil, limit: 9).objects.count == 1)
        }
        #expect(FileManager.default.fileExists(atPath: folder.data.path + "/modules/Local/near"))
        #expect(FileManager.default.fileExists(atPath: folder.url.path + "/far"))
        #expect(try mode(of: try host.stateFolder(for: "Own")) == 0o700)
        #expect(host.hiddenPaths.first?.path == folder.data.path)
        #expect(host.hiddenPaths.map(\.lastPathComponent).contains("penstock.yaml"))
        #expect(throws: SettingsError.self) { try host.store(for: "../up") }
    }

    @Test func `a command that calls nobody can't`() async {
        await #expect(throws: HTTPClientError.self) {
            try await OfflineHTTPClient().send(HTTPClientRequest(method: "GET", url: "http://127.0.0.1"))
        }
    }
}
