import ExternalModules
import Foundation
import PluginKit
import Testing

@testable import PenstockServer

@Suite struct ExternalModuleCatalogTests {
    /// A folder `modules.d` in the data folder with one module in it.
    private func folder(_ name: String, _ contributes: String, settings: String = "[]") throws -> ServerFolder {
        let folder = try ServerFolder()
        try folder.write(
            """
            {"name": "\(name)", "summary": "a test's", "protocols": [1], "command": ["sh", "-c", "exit 1"],
             "settings": \(settings), "contributes": {\(contributes)}}
            """, to: "data/modules.d/forge/module.json")
        return folder
    }

    private static let webhook = #""webhooks": [{"name": "Forge", "signature": {"scheme": "authorization"}}]"#

    @Test(arguments: [
        ("github", webhook, "the name 'github' is the bundled module GitHub's already"),
        (
            "Forge", #""webhooks": [{"name": "GitHub", "signature": {"scheme": "authorization"}}]"#,
            "the webhook 'GitHub' is the bundled module GitHub's already"
        ),
    ])
    func `a name that is taken keeps the gateway from starting`(name: String, contributes: String, words: String) throws
    {
        let folder = try folder(name, contributes)
        let error = #expect(throws: SettingsError.self) { try Modules(try folder.settings()) }
        #expect(error?.place.hasSuffix("modules.d/forge/module.json") == true)
        #expect(error?.message.hasPrefix(words) == true, "\(error?.message ?? "")")
    }

    @Test func `two external modules can't contribute the same`() throws {
        let folder = try folder("Forge", #""actions": [{"category": "Build", "provider": "Smith"}]"#)
        try folder.write(
            try folder.read("data/modules.d/forge/module.json").replacing("\"Forge\"", with: "\"Other\""),
            to: "data/modules.d/other/module.json")
        let error = #expect(throws: SettingsError.self) { try Modules(try folder.settings()) }
        #expect(error?.place.hasSuffix("modules.d/other/module.json") == true)
        #expect(error?.message.contains("Custom/Build/Smith/1' is the external module Forge's") == true)
    }

    @Test func `an external module is shown, and used by hooks, like a bundled one`() async throws {
        let folder = try folder("Forge", Self.webhook)
        let settings = try folder.settings("modules: {Forge: {}}")
        let modules = try Modules(settings)
        #expect(modules.translators["Forge"] != nil && modules.external.count == 1)
        let view = try await ModulesReport.one("forge", settings)
        #expect(view.kind == "external" && view.process?.state == "waiting" && view.contributions == ["webhook Forge"])
        #expect(try await ModulesReport.one("Git", settings).kind == "bundled")
        let elsewhere = try folder.settings("modules_folder: \(folder.url.path)/none\n")
        #expect(try Modules(elsewhere).external.isEmpty)
    }

    @Test func `a secret may lie in a file, and a wrong setting is named`() throws {
        let folder = try folder(
            "Forge", Self.webhook, settings: #"[{"key": "token", "secret": true, "required": true}]"#)
        let file = try folder.write("s3cret\n", to: "token")
        _ = try Modules(try folder.settings("modules: {Forge: {token_file: \(file)}}"))
        for (yaml, place) in [
            ("", "modules.Forge.token"), ("modules: {Forge: {tokn: x}}", "modules.Forge.tokn"),
            ("modules: {Forge: {token: a, token_file: \(file)}}", "modules.Forge.token"),
            ("modules: {Forge: {token_file: /nowhere}}", "modules.Forge.token_file"),
            ("modules: {Forge: 5}", "modules.Forge"),
        ] {
            let error = #expect(throws: SettingsError.self) { try Modules(try folder.settings(yaml)) }
            #expect(error?.place == place, "\(yaml): \(error?.place ?? "")")
        }
    }
}
