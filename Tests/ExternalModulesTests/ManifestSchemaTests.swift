import Foundation
import PluginKit
import PluginKitTesting
import Testing

@testable import ExternalModules

/// `module.schema.json` says of manifests what the reader says: no more, no less.
@Suite struct ManifestSchemaTests {
    private let schema: SchemaCheck

    init() throws {
        let file = ModuleWorld.fixtures.deletingLastPathComponent()
            .appending(path: "Sources/ExternalModules/module.schema.json")
        schema = SchemaCheck(root: try JSONDecoder().decode(SettingValue.self, from: Data(contentsOf: file)))
    }

    /// Every member that the reader knows.
    private static let whole = """
        {"name": "F", "summary": "s", "protocols": [1], "command": ["sh", "-c", "true"],
         "settings": [{"key": "k", "summary": "s", "required": false, "secret": false, "default": 1}],
         "contributes": {
           "webhooks": [{"name": "F", "signature": {"scheme": "authorization"}, "deliveryIDHeaders": ["D"],
             "eventHeaders": ["E"], "unsignedEvents": ["ping"]}],
           "actions": [{"category": "Build", "provider": "P", "version": "1", "configuration": [
               {"name": "N", "summary": "s", "required": true, "secret": true}],
             "inputArtifacts": {"minimum": 0, "maximum": 1}, "outputArtifacts": {"maximum": 1}, "timeout": 60,
             "inputForm": "file", "end": true}]},
         "concurrency": 2, "start": "lazy", "memoryMegabytes": 64, "environment": ["CI"], "network": false,
         "timeouts": {"hello": 1, "translate": 1, "health": 1, "cancel": 1, "stop": 1, "end": 0.5}}
        """

    private func faults(_ json: String) throws -> [String] {
        schema.faults(in: try JSONDecoder().decode(SettingValue.self, from: Data(json.utf8)))
    }

    @Test func `what the reader takes is of the schema, and the schema names nothing else`() throws {
        #expect(try faults(Self.whole) == [])
        for example in ["anvil", "checksums"] {
            let file = ModuleWorld.fixtures.appending(path: "Modules/\(example)/module.json")
            #expect(try faults(String(contentsOf: file, encoding: .utf8)) == [], "\(example)")
        }
        let host = try FakeHost()
        defer { host.remove() }
        let folder = try host.folder("f")
        try Self.whole.write(to: folder.appending(path: "module.json"), atomically: true, encoding: .utf8)
        let manifest = try ManifestReader.read(folder, path: "/usr/bin:/bin")
        #expect(manifest.actions.map(\.hasEnd) == [true] && !manifest.hasNetwork)
        #expect(manifest.timeouts.end == .seconds(0.5))
        let given = try JSONDecoder().decode(SettingValue.self, from: Data(Self.whole.utf8))
        try agree(given, schema.root, "")
    }

    /// The members that `value` has are those that the schema knows, all the way down.
    private func agree(_ value: SettingValue, _ rule: SettingValue, _ place: String) throws {
        let rule = try resolved(rule)
        if case .list(let items) = value, let items = items.first, let rule = rule["items"] {
            return try agree(items, rule, "\(place)[0]")
        }
        guard case .map(let members) = value, case .map(let known)? = rule["properties"] else { return }
        // Both counts have the same form; one of them shows that the minimum may be left out.
        if !place.hasSuffix("outputArtifacts") { #expect(Set(members.keys) == Set(known.keys), "\(place)") }
        for (name, member) in members { if let rule = known[name] { try agree(member, rule, "\(place).\(name)") } }
    }

    private func resolved(_ rule: SettingValue) throws -> SettingValue {
        guard let name = rule["$ref"]?.string?.split(separator: "/").last else { return rule }
        return try #require(schema.root["$defs"]?[String(name)])
    }

    @Test(arguments: [
        (#""end": true"#, #""end": "yes""#, "contributes.actions[0].end is no boolean"),
        (#""network": false"#, #""nett": false"#, "nett is unknown"),
        (#""name": "F", "summary": "s", "p"#, #""name": "F", "p"#, "summary is missing"),
        (#""Build""#, #""Approval""#, "contributes.actions[0].category is none of"),
    ])
    func `what the reader refuses is told`(text: String, other: String, fault: String) throws {
        let found = try faults(Self.whole.replacing(text, with: other, maxReplacements: 1))
        #expect(found.contains { $0.hasPrefix(fault) }, "\(found)")
    }
}
