import Foundation
import PluginKit
import PluginKitTesting
import Synchronization
import Testing

@testable import ExternalModules

@Suite struct ConformanceTests {
    private func check(
        _ folder: URL, _ world: ModuleWorld, isIsolated: Bool = false
    ) async throws -> [ModuleConformance.Check] {
        let checks = Mutex<[ModuleConformance.Check]>([])
        let suite = ModuleConformance(
            folder: folder, settings: ModuleWorld.apart(.null, isIsolated), scratch: try world.host.folder("scratch"),
            logger: world.host.logger
        ) { check in checks.withLock { $0.append(check) } }
        let passed = await suite.run()
        let all = checks.withLock { $0 }
        #expect(passed == all.allSatisfy(\.passed))
        return all
    }

    @Test(arguments: ["anvil", "checksums"])
    func `the examples pass`(name: String) async throws {
        let world = try ModuleWorld()
        let checks = try await check(world.examples.appending(path: name), world)
        #expect(checks.filter { !$0.passed } == [])
        #expect(checks.count >= 13)
    }

    @Test(arguments: ["anvil", "checksums"])
    func `the examples pass in isolation`(name: String) async throws {
        let world = try ModuleWorld()
        let checks = try await check(world.examples.appending(path: name), world, isIsolated: true)
        #expect(checks.filter { !$0.passed } == [])
        #expect(checks.contains { $0.name == "hello" && $0.message.hasSuffix(", isolated") })
    }

    @Test(arguments: [
        ("ended", true), ("error", false), ("nothing", false),
    ])
    func `a module that wants ends answers each of them`(word: String, passes: Bool) async throws {
        let world = try ModuleWorld()
        let end: [String: SettingValue] = ["category": .string("Build"), "provider": .string("S"), "end": .bool(true)]
        let module = try world.scripted(
            """
            if request["type"] == "health": say({"type": "health", "id": request["id"], "findings": []})
            elif request["type"] == "end":
                if "\(word)" == "ended": say({"type": "ended", "id": request["id"]})
                elif "\(word)" == "error": say({"type": "error", "id": request["id"], "error": {"type": "JobFailed", "message": "m"}})
            elif request["type"] == "run": say({"type": "pending", "id": request["id"], "token": "t"})
            else: say({"type": "error", "id": request["id"], "error": {"type": "JobFailed", "message": "m"}})
            """,
            members: [
                "contributes": .map(["actions": .list([.map(end)])]), "timeouts": .map(["end": .number(0.5)]),
            ])
        let samples = module.manifest.folder.appending(path: "samples")
        try FileManager.default.createDirectory(at: samples, withIntermediateDirectories: true)
        try Data(#"{"action": "Build/S"}"#.utf8).write(to: samples.appending(path: "one.json"))
        let checks = try await check(module.manifest.folder, world)
        #expect(checks.first { $0.name == "sample one, ended" }?.passed == passes, "\(checks)")
    }

    @Test(arguments: [
        // It answers everything, whatever it was asked.
        (#"say({"type": "ignored", "id": request["id"], "reason": "r"})"#, ["health", "unknown request"]),
        // It never answers a request that it doesn't know.
        (
            #"if request["type"] == "health": say({"type": "health", "id": request["id"], "findings": []})"#,
            ["unknown request"]
        ),
    ])
    func `a module that breaks a duty fails by its name`(answer: String, names: [String]) async throws {
        let world = try ModuleWorld()
        let module = try world.scripted(answer, members: ["timeouts": .map(["health": .number(0.5)])])
        let failed = Set(try await check(module.manifest.folder, world).filter { !$0.passed }.map(\.name))
        #expect(failed.isSuperset(of: names), "\(failed)")
    }

    @Test func `a golden file that doesn't fit and a moody module fail their samples`() async throws {
        let world = try ModuleWorld()
        let module = try world.scripted(
            """
            count = globals()["count"] = globals().get("count", 0) + 1
            if request["type"] == "health": say({"type": "health", "id": request["id"], "findings": []})
            elif request["type"] == "translate":
                mood = str(count) if request["event"] == "moody" else "calm"
                say({"type": "ignored", "id": request["id"], "reason": mood})
            else: say({"type": "error", "id": request["id"], "error": {"type": "JobFailed", "message": "m"}})
            """)
        let samples = module.manifest.folder.appending(path: "samples")
        try FileManager.default.createDirectory(at: samples, withIntermediateDirectories: true)
        for (name, text) in [
            "calm.json": #"{"webhook": "Scripted", "event": "calm"}"#, "calm.golden.json": #"{"ignored": "wild"}"#,
            "moody.json": #"{"webhook": "Scripted", "event": "moody"}"#,
            "nobody.json": #"{"webhook": "Nobody"}"#, "nothing.json": #"{"action": "Build/Nothing"}"#,
            "job.json": #"{"action": "Build/Scripted", "outputs": ["A"]}"#,
            "job.golden.json": #"{"outcome": "succeeded"}"#,
        ] { try text.write(to: samples.appending(path: name), atomically: true, encoding: .utf8) }
        let checks = try await check(module.manifest.folder, world)
        let failed = checks.filter { !$0.passed }.map(\.name)
        #expect(
            Set(failed).isSuperset(of: [
                "sample calm", "sample moody", "sample nobody", "sample nothing", "sample job",
            ]), "\(failed)")
        #expect(checks.first { $0.name == "sample moody" }?.message == "asked twice, it answers differently")
    }

    @Test func `a module that ignores the end of its input, and a manifest that can't be read, fail`() async throws {
        let world = try ModuleWorld()
        let module = try world.scripted(
            """
            if request["type"] == "health": say({"type": "health", "id": request["id"], "findings": []})
            else: say({"type": "error", "id": request["id"], "error": {"type": "JobFailed", "message": "m"}})
            """, hello: #"{"type": "hello", "protocol": 1, "name": "Scripted"}"#,
            members: ["timeouts": .map(["stop": .number(0.3)])])
        let program = module.manifest.folder.appending(path: "module.py")
        let text = try String(contentsOf: program, encoding: .utf8)
        try
            (text.replacing(
                #"if request["type"] == "shutdown": break"#, with: #"if request["type"] == "shutdown": continue"#)
            + "\ntime.sleep(60)\n").write(to: program, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
        let failed = try await check(module.manifest.folder, world).filter { !$0.passed }.map(\.name)
        #expect(failed == ["end of input", "shutdown"])
        try "{}".write(to: module.manifest.folder.appending(path: "module.json"), atomically: true, encoding: .utf8)
        #expect(try await check(module.manifest.folder, world).map(\.name) == ["manifest"])
    }
}
