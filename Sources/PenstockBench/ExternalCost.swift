import ExternalModules
import Foundation
import Logging
import PenstockServer
import PluginKit

/// What an event costs that a child process reads, beside one that is read within.
struct ExternalCost {
    static let events = 2_000

    let fixtures: URL

    func figures() async throws -> [Figure] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "penstock-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let manifest = try ManifestReader.read(fixtures.appending(path: "Modules/anvil"))
        let module = try ExternalModule(manifest, settings: .map([:]))
        let sample = try JSONDecoder().decode(
            Sample.self, from: Data(contentsOf: fixtures.appending(path: "Modules/anvil/samples/push.json")))
        let cost = try await ModuleMeter.costOfTranslation(
            module, webhook: "Anvil", headers: sample.headers.map { ($0.key, $0.value) },
            body: try JSONEncoder().encode(sample.body),
            event: sample.event, count: Self.events,
            in: ModuleRoom(
                stateFolder: folder.appending(path: "state"), backstage: folder.appending(path: "backstage"),
                logger: try CommandLogger.make(level: "error")))
        return [
            Figure(
                "an event of an external module", cost.mean * 1e6, "µs",
                note: "\(Self.events) events, one after another"),
            Figure("an event of an external module, quickest", cost.quickest * 1e6, "µs"),
        ]
    }

    private struct Sample: Decodable {
        var headers: [String: String]
        var event: String
        var body: SettingValue
    }
}
