import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import ExternalModules

/// What the gateway sees of a module that reads webhooks.
@Suite struct TranslationTests {
    @Test func `the example tells what a delivery says, with its settings`() async throws {
        let world = try ModuleWorld()
        let module = try world.example("anvil", settings: .map(["link_base": .string("https://forge.test")]))
        let body = #"{"repo": "acme/app", "changes": [{"branch": "main", "to": "3d6f0a4b"}]}"#
        let told = try await module.translate(body, event: "refs", on: world.host)
        #expect(
            told.events == [
                SourceEvent(
                    repository: "acme/app",
                    change: .branchPushed(branch: "main", before: nil, after: "3d6f0a4b", forced: nil),
                    commit: .init(id: "3d6f0a4b", url: "https://forge.test/acme/app/commits/3d6f0a4b"))
            ])
        #expect(try await module.translate(body, event: "refs", on: world.host) == told)
        let star = try await module.translate("{}", event: "star", on: world.host)
        #expect(star.ignored == "the event 'star' starts nothing" && star.events.isEmpty)
        let error = await #expect(throws: FailureDetails.self) {
            try await module.translate("[]", event: "refs", on: world.host)
        }
        #expect(error?.type == .configurationError)
        #expect(await module.health(on: world.host).map(\.status) == [.ok, .ok])
        await module.stop()
        #expect(try world.processes(of: module).isEmpty)
    }

    @Test(arguments: [
        "$(id)", "--upload-pack=touch /tmp/x", "a\nb", "\u{202e}gnp.exe", "x\u{0}y", "\u{2028}", "\\\"quoted\\\"",
        String(repeating: "ü", count: 1 << 20),
    ])
    func `no text of a payload breaks a line`(name: String) async throws {
        let world = try ModuleWorld()
        let module = try world.example("anvil", ["timeouts": .map(["translate": .integer(30)])])
        let text = String(decoding: try JSONEncoder().encode(name), as: UTF8.self)
        let body = "{\"repo\": \(text), \"changes\": [{\"branch\": \(text), \"to\": \"1\"}]}"
        let told = try await module.translate(body, event: "refs", on: world.host)
        #expect(told.events.map(\.repository) == [name])
        #expect(module.status.restarts == 0)
        await module.stop()
    }

    @Test func `a module sees its settings and not the proof`() async throws {
        let world = try ModuleWorld()
        let module = try world.scripted(
            """
            heads = [h["name"] for h in request["headers"]]
            seen = [heads, hello["settings"], sys.argv[1:]]
            say({"type": "ignored", "id": request["id"], "reason": json.dumps(seen)})
            """,
            members: ["settings": .list([.map(["key": .string("token"), "secret": .bool(true)])])],
            settings: .map(["token": .string("s3cret")]))
        let seen = try await module.translate("x", event: "e", on: world.host).ignored ?? ""
        let parts = try JSONDecoder().decode([SettingValue].self, from: Data(seen.utf8))
        #expect(
            parts == [.list([.string("X-Event")]), .map(["token": .string("s3cret")]), .list([])], "\(seen)")
        await module.stop()
    }

    @Test func `of the gateway's environment a module gets what every program needs and what it names`() async throws {
        let usual: Set<String> = ["PATH", "HOME", "LANG", "TMPDIR", "PENSTOCK_MODULE_STATE"]
        let other = try #require(
            ProcessInfo.processInfo.environment.keys.sorted().first { !usual.contains($0) }, "no other variable is set")
        for named in [[], [other]] {
            let world = try ModuleWorld()
            let module = try world.example("checksums", ["environment": .list(named.map { .string($0) })])
            _ = try await module.supervisor.running(in: try world.host.room("Checksums"), within: .seconds(10))
            let pid = try await world.process(of: module)
            let environment = FileManager.default.contents(atPath: "/proc/\(pid)/environ") ?? Data()
            let names = environment.split(separator: 0).map {
                String(decoding: $0.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self)
            }
            #expect(Set(names).isSubset(of: usual.union(named)) && names.contains("PATH"), "\(names)")
            #expect(names.contains(other) == !named.isEmpty)
            await module.stop()
        }
    }

    @Test func `several translations are in flight at a time, and each gets its own answer`() async throws {
        let world = try ModuleWorld()
        // The first is held until the third has come.
        let module = try world.scripted(
            """
            held = globals().setdefault("held", [])
            held.append(request["id"])
            texts = globals().setdefault("texts", {})
            texts[request["id"]] = base64.b64decode(request["body"]).decode()
            if len(held) == 3:
                for id in reversed(held): say({"type": "ignored", "id": id, "reason": texts[id]})
            """, members: ["concurrency": .integer(3)])
        let answers = try await withThrowingTaskGroup(of: (String, String?).self) { group in
            for text in ["a", "b", "c"] {
                group.addTask { (text, try await module.translate(text, event: "", on: world.host).ignored) }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(answers == ["a": "a", "b": "b", "c": "c"])
        await module.stop()
    }

    @Test func `one event costs little`() async throws {
        let world = try ModuleWorld()
        let module = try world.example("anvil")
        let body = Data(#"{"repo": "acme/app", "changes": [{"branch": "main", "to": "3d6f0a4b"}]}"#.utf8)
        let cost = try await ModuleMeter.costOfTranslation(
            module, webhook: "Anvil", headers: [], body: body, event: "refs", count: 200,
            in: try world.host.room("Anvil"))
        let (mean, quickest) = (Int(cost.mean * 1_000_000), Int(cost.quickest * 1_000_000))
        let line = "external module: \(mean) µs a translation, the quickest \(quickest) µs (debug build)\n"
        FileHandle.standardError.write(Data(line.utf8))
        #expect(cost.quickest < 0.02 && cost.quickest <= cost.mean)
    }
}
