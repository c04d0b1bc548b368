import Foundation
import PipelineEngine
import PipelineModel
import Testing

/// Recorded histories fold to the same state for ever: `Fixtures/Histories/NAME.json` beside `NAME.golden.json`.
///
/// A failure here means that ledgers of older versions would be read differently. Run with
/// `PENSTOCK_RECORD_HISTORIES=1` to record histories that are new; what is recorded already is left alone.
@Suite struct HistoryTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Fixtures/Histories")

    @Test func `recorded histories fold to the recorded states`() throws {
        if ProcessInfo.processInfo.environment["PENSTOCK_RECORD_HISTORIES"] != nil { try Self.record() }
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).sorted()
        let histories = names.filter { $0.hasSuffix(".json") && !$0.hasSuffix(".golden.json") }
        #expect(histories.count >= 2, "histories are missing in \(Self.folder.path)")
        for name in histories {
            let golden = name.replacingOccurrences(of: ".json", with: ".golden.json")
            let events = try Self.read([TimedEvent].self, name)
            var state: PipelineState?
            for event in events { PipelineState.apply(event.event, at: event.at, to: &state) }
            #expect(state == (try Self.read(PipelineState.self, golden)), "\(name) folds to another state")
        }
    }

    private static func read<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: folder.appendingPathComponent(name)))
    }

    private static func record() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try record("parallel-builds-and-approval", approved())
        try record("failure-and-retry", retried())
    }

    private static func record(_ name: String, _ probe: EngineProbe) throws {
        guard !FileManager.default.fileExists(atPath: folder.appendingPathComponent("\(name).json").path) else {
            return
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(probe.events).write(to: folder.appendingPathComponent("\(name).json"))
        try encoder.encode(probe.state).write(to: folder.appendingPathComponent("\(name).golden.json"))
    }

    private static let line =
        "Source: Checkout>SourceOutput#source | Build: Unit<SourceOutput>App Lint<SourceOutput | Approve: Go!"
        + " | Deploy: Ship<App"

    private static func approved() throws -> EngineProbe {
        var probe = try EngineProbe(line) {
            $0.variables = [PipelineVariableDeclaration(name: "target", defaultValue: "staging")]
            $0.change("Unit") {
                $0.configuration = [
                    "ProjectName": .plain("app"),
                    "Token": .sealed(SealedSecret(keyID: "k1", box: "c2VhbGVk")),
                ]
            }
        }
        try probe.run("poll Checkout, ok Checkout, ok Lint, ok Unit, start, start, ok Checkout, approve Go, ok Ship")
        return probe
    }

    private static func retried() throws -> EngineProbe {
        var probe = try EngineProbe(line)
        try probe.run("ok Checkout, fail Unit, retry Build 1, ok Lint, timeout Unit, start, retryall Build 1")
        try probe.run("ok Checkout, stop 2, ok Unit, ok Lint, abandon 1, retry Approve 1, reject Go, update")
        return probe
    }
}
