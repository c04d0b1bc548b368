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
        #expect(histories.count >= 5, "histories are missing in \(Self.folder.path)")
        for name in histories {
            let golden = name.replacingOccurrences(of: ".json", with: ".golden.json")
            let events = try Self.read([TimedEvent].self, name)
            var state: PipelineState?
            for event in events { PipelineState.apply(event.event, at: event.at, to: &state) }
            let recorded = try Self.object(try Self.read(PipelineState.self, golden))
            #expect(Self.isHeld(recorded, in: try Self.object(state)), "\(name) folds to another state")
        }
    }

    private static func object(_ state: PipelineState?) throws -> Any {
        try JSONSerialization.jsonObject(with: JSONEncoder().encode(state))
    }

    /// Whether a state holds all that was recorded. What is known today and wasn't then may be there as well.
    private static func isHeld(_ recorded: Any, in state: Any?) -> Bool {
        switch recorded {
        case let members as [String: Any]:
            guard let object = state as? [String: Any] else { return false }
            return members.allSatisfy { name, value in
                // The first schema didn't say since when an execution waits.
                (name == "since" && value as? Int == 0) || isHeld(value, in: object[name])
            }
        case let elements as [Any]:
            guard let list = state as? [Any], list.count == elements.count else { return false }
            return zip(elements, list).allSatisfy { isHeld($0, in: $1) }
        default: return (recorded as? NSObject)?.isEqual(state) == true
        }
    }

    private static func read<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: folder.appendingPathComponent(name)))
    }

    private static func record() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try record("parallel-builds-and-approval", approved())
        try record("failure-and-retry", retried())
        try record("queue-and-transitions", queued())
        try record("conditions-override-and-rollback", judged())
        try record("parallel-mode", side())
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

    private static func queued() throws -> EngineProbe {
        var probe = try EngineProbe("QUEUED; \(line)") {
            $0.change("Go") {
                $0.configuration = ["RequiredApprovals": .plain("2"), "BindToArtifacts": .plain("true")]
            }
        }
        try probe.run("disable Build, ok Checkout, start, ok Checkout, start, start, enable Build, ok Unit, ok Lint")
        try probe.run("approve Go, see Checkout r9, put Checkout r8, tag team a, tag cost 1, untag cost, stop 3")
        try probe.run("fail Unit, ok Lint, disableout Approve, hook Checkout r7, disablepolling")
        return probe
    }

    private static func judged() throws -> EngineProbe {
        var probe = try EngineProbe(
            "Source: Checkout>SourceOutput | Build(entry FAIL Alarm+Window; success FAIL Alarm; retry): "
                + "Unit<SourceOutput>App | Test(entry SKIP Check): Lint<SourceOutput "
                + "| Deploy(success ROLLBACK Alarm): Ship<App"
        )
        try probe.run("ok Checkout, rule poll Window, rule ok Alarm, rule ok Window, fail Unit, ok Unit, rule ok Alarm")
        try probe.run(
            "rule fail Check, ok Ship, rule ok Alarm, start, ok Checkout, rule fail Alarm, rule timeout Alarm")
        try probe.run("override Build 2, ok Unit, override Build 2 ON_SUCCESS, rule ok Check, ok Lint, ok Ship")
        try probe.run(
            "rule fault Alarm, ok Ship, rule ok Alarm, rollback Deploy 1, start, ok Checkout, update, ok Ship")
        return probe
    }

    private static func side() throws -> EngineProbe {
        var probe = try EngineProbe(
            "PARALLEL; Source: Checkout>SourceOutput | Build: b1 b2 b3 b4 b5 b6 b7 | Deploy: Ship")
        try probe.run("start, ok Checkout.2, fail b2.2, ok b1.2, ok b3.2, ok b4.2, ok b5.2, retry Build 2, ok b2.2")
        try probe.run("disable Build, ok Checkout.1, mode QUEUED, start, enable Build, abandon 2, ok Checkout.3")
        return probe
    }

    private static func retried() throws -> EngineProbe {
        var probe = try EngineProbe(line)
        try probe.run("ok Checkout, fail Unit, retry Build 1, ok Lint, timeout Unit, start, retryall Build 1")
        try probe.run("ok Checkout, stop 2, ok Unit, ok Lint, abandon 1, retry Approve 1, reject Go, update")
        return probe
    }
}
