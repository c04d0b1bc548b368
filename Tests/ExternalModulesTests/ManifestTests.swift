import Foundation
import Isolation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import ExternalModules

@Suite struct ManifestTests {
    private static let good = """
        {"name": "Forge", "summary": "a forge", "protocols": [1], "command": "run.sh", "contributes": {"webhooks": [
          {"name": "Forge", "signature": {"scheme": "authorization"}}]}}
        """

    /// Reads a manifest beside an executable `run.sh`.
    private func read(_ json: String, mode: Int = 0o755) throws -> ModuleManifest {
        let host = try FakeHost()
        defer { host.remove() }
        let folder = try host.folder("forge")
        try json.write(to: folder.appending(path: "module.json"), atomically: true, encoding: .utf8)
        let program = folder.appending(path: "run.sh")
        try "#!/bin/sh\n".write(to: program, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: program.path)
        return try ManifestReader.read(folder, path: "/usr/bin:/bin")
    }

    @Test(arguments: [
        ("nonsense", "", "is not JSON"), ("[]", "", "must be an object"),
        (#"{"nam": 1}"#, "nam", "unknown member"),
        (good.replacing("\"Forge\", \"summary\"", with: "\"F rge\", \"summary\""), "name", "letters, digits"),
        (good.replacing("\"a forge\"", with: "\"\""), "summary", "not empty"),
        (good.replacing("[1]", with: "[2, 3]"), "protocols", "this gateway 1"),
        (good.replacing("[1]", with: "1"), "protocols", "must be a list"),
        (good.replacing("run.sh", with: "../run.sh"), "command", "leads out"),
        (good.replacing("run.sh", with: "gone.sh"), "command", "chmod +x"),
        (good.replacing("\"run.sh\"", with: "[\"no-such-program-here\"]"), "command[0]", "not on the gateway's PATH"),
        (good.replacing("\"run.sh\"", with: "[]"), "command", "must name a program"),
        (good.replacing("authorization", with: "rot13"), "contributes.webhooks[0].signature.scheme", "hmacSHA256"),
        (
            good.replacing("\"authorization\"", with: "\"token\""), "contributes.webhooks[0].signature",
            "'header' is missing"
        ),
        (good.replacing("{\"webhooks\"", with: "{\"hooks\""), "contributes.hooks", "unknown member"),
        (
            #"{"name": "F", "summary": "f", "protocols": [1], "command": "run.sh", "contributes": {}}"#, "contributes",
            "must contribute"
        ),
        (good.replacing("[1],", with: "[1], \"concurrency\": 0,"), "concurrency", "from 1 to 1000"),
        (good.replacing("[1],", with: "[1], \"timeouts\": {\"stop\": -1},"), "timeouts.stop", "seconds"),
        (good.replacing("[1],", with: "[1], \"start\": \"never\","), "start", "'eager' or 'lazy'"),
        (
            good.replacing(
                "[1],", with: "[1], \"settings\": [{\"key\": \"k\", \"secret\": true, \"default\": \"x\"}],"),
            "settings[0].default", "secret"
        ),
        (
            good.replacing("[1],", with: "[1], \"settings\": [{\"key\": \"isolation\"}],"), "settings[0].key",
            "gateway's own"
        ), (good.replacing("[1],", with: "[1], \"network\": 1,"), "network", "true or false"),
        (
            good.replacing(
                "\"webhooks\"", with: "\"actions\": [{\"category\": \"Approval\", \"provider\": \"P\"}], \"webhooks\""),
            "contributes.actions[0].category", "must be one of Source"
        ),
        (
            good.replacing(
                "\"webhooks\"",
                with:
                    "\"actions\": [{\"category\": \"Test\", \"provider\": \"P\", \"inputArtifacts\": {\"minimum\": 3, \"maximum\": 1}}], \"webhooks\""
            ), "contributes.actions[0].inputArtifacts", "above the maximum"
        ),
    ])
    func `a broken manifest names the file, the member and the remedy`(json: String, member: String, words: String)
        throws
    {
        let error = #expect(throws: SettingsError.self) { try read(json) }
        let place = try #require(error?.place)
        #expect(place.hasSuffix(member.isEmpty ? "forge/module.json" : "forge/module.json: \(member)"), "\(place)")
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test func `a program that is not executable or that everybody may change is refused`() throws {
        #expect(throws: SettingsError.self) { try read(Self.good, mode: 0o644) }
        let error = #expect(throws: SettingsError.self) { try read(Self.good, mode: 0o757) }
        #expect(error?.message.contains("chmod o-w") == true)
    }

    @Test func `every signature scheme has its JSON form`() throws {
        let schemes: [(String, WebhookSignature)] = [
            (#"{"scheme": "hmacSHA256", "header": "X-S"}"#, .hmacSHA256(header: "X-S", prefix: "")),
            (
                #"{"scheme": "hmacSHA256", "header": "X-S", "prefix": "v=", "of": {"formField": "p"}}"#,
                .hmacSHA256(header: "X-S", prefix: "v=", of: .formField("p"))
            ),
            (#"{"scheme": "token", "header": "X-T"}"#, .token(header: "X-T")),
            (#"{"scheme": "authorization"}"#, .authorization),
            (#"{"scheme": "standardWebhooks", "tolerance": 60}"#, .standardWebhooks(tolerance: 60)),
            (
                #"{"scheme": "firstPresent", "schemes": [{"scheme": "token", "header": "T"}, {"scheme": "authorization"}]}"#,
                .firstPresent([.token(header: "T"), .authorization])
            ),
        ]
        for (json, expected) in schemes {
            let manifest = try read(Self.good.replacing(#"{"scheme": "authorization"}"#, with: json))
            #expect(manifest.webhooks.first?.signature == expected)
        }
    }

    @Test func `the examples can be read, and what they leave out has its default`() throws {
        let folder = ModuleWorld.fixtures.appending(path: "Modules")
        let manifests = try ModulesFolder.manifests(in: folder)
        #expect(manifests.map(\.name) == ["Anvil", "Checksums"])
        let sums = try #require(manifests.last)
        #expect(sums.actions.map(\.type.id.description) == ["Custom/Build/Checksums/1"])
        #expect(sums.start == .eager && sums.timeouts == ModuleManifest.Timeouts() && sums.environment.isEmpty)
        #expect(!sums.hasNetwork && !sums.actions[0].hasEnd)
        #expect(try ModulesFolder.manifests(in: folder.appending(path: "nowhere")).isEmpty)
    }

    @Test func `settings are checked against the manifest`() throws {
        let manifest = try read(
            Self.good.replacing(
                "[1],",
                with:
                    #"[1], "settings": [{"key": "url", "summary": "where", "required": true}, {"key": "n", "default": 5}],"#
            ))
        let missing = #expect(throws: SettingsError.self) { try ModuleSettings(.null, of: manifest) }
        #expect(missing?.place == "modules.Forge.url" && missing?.message.contains("where") == true)
        let unknown = #expect(throws: SettingsError.self) {
            try ModuleSettings(.map(["url": .string("x"), "ulr": .string("y")]), of: manifest)
        }
        #expect(unknown?.place == "modules.Forge.ulr")
        let settings = try ModuleSettings(.map(["url": .string("x")]), of: manifest)
        #expect(settings.values == ["url": .string("x"), "n": .integer(5)])
        #expect(settings.terms.isolation == .bubblewrap && settings.terms.forks == .refused && manifest.hasNetwork)
        let terms = try ModuleSettings(
            .map(["url": .string("x"), "isolation": .string("none"), "forks": .string("allowed")]), of: manifest)
        #expect(terms.terms.isolation == .none && terms.terms.forks == .allowed && terms.values["forks"] == nil)
        for (key, value) in [("isolation", "docker"), ("forks", "trusted")] {
            let wrong = #expect(throws: SettingsError.self) {
                try ModuleSettings(.map(["url": .string("x"), key: .string(value)]), of: manifest)
            }
            #expect(wrong?.place == "modules.Forge.\(key)" && wrong?.message.contains("unknown; write") == true)
        }
    }
}
