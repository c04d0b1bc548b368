import Foundation
import Logging
import PipelineModel
import PluginKit
import Testing

@testable import PenstockServer

@Suite struct RunExporterTests {
    private func exporter(_ folder: ServerFolder, keys: [String]) async throws -> RunExporter {
        let settings = try folder.settings()
        let host = try GatewayHost(
            settings: settings, modules: try Modules(settings), http: OfflineHTTPClient(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let store = try host.store(for: "site")
        for key in keys {
            let file = URL(fileURLWithPath: try folder.write("content of \(key)", to: "file"))
            _ = try await store.put(key, file: file, options: PutOptions())
        }
        return RunExporter(host: host)
    }

    private func export(_ folder: ServerFolder, to name: String = "out") throws -> RunExport {
        try RunExport(parsing: "site=\(folder.url.path)/\(name)")
    }

    @Test func `every object becomes a file under its key`() async throws {
        let folder = try ServerFolder()
        let keys = ["index.html", "a/b/c.txt", "a/b.txt", "..a", "ü 😀"]
        try await exporter(folder, keys: keys).export(try export(folder))
        for key in keys { #expect(try folder.read("out/\(key)") == "content of \(key)") }
        let found = try FileManager.default.subpathsOfDirectory(atPath: folder.url.path + "/out")
        #expect(found.count == keys.count + 2)
    }

    @Test func `more than a page is written whole`() async throws {
        let folder = try ServerFolder()
        let keys = (0..<1003).map { "k\($0)" }
        try await exporter(folder, keys: keys).export(try export(folder))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path + "/out").count == 1003)
    }

    @Test(arguments: ["a//b", "a/", "/a", "/", "//etc/x"])
    func `a key that is no path is refused`(key: String) async throws {
        let folder = try ServerFolder()
        let exporter = try await exporter(folder, keys: [key])
        let error = await #expect(throws: CommandError.self) { try await exporter.export(try export(folder)) }
        #expect(error?.message.contains("'\(key)'") == true)
        #expect(try FileManager.default.subpathsOfDirectory(atPath: folder.url.path + "/out") == [])
    }

    @Test func `a folder that holds something, or is none, is refused`() async throws {
        let folder = try ServerFolder()
        try folder.write("mine", to: "full/file")
        try folder.write("mine", to: "plain")
        let exporter = try await exporter(folder, keys: ["k"])
        for name in ["full", "plain"] {
            let error = await #expect(throws: CommandError.self) {
                try await exporter.export(try export(folder, to: name))
            }
            #expect(error?.kind == .invalidInput && error?.message.contains("not an empty folder") == true)
        }
        let below = await #expect(throws: CommandError.self) {
            try await exporter.export(try export(folder, to: "plain/below"))
        }
        #expect(below?.message.contains("can't be made") == true)
        #expect(try folder.read("full/file") == "mine")
    }
}
