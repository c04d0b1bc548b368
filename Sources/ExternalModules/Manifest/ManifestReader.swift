package import Foundation
import PluginKit

/// Reads a module's folder: its manifest, and whether it can be started at all.
package enum ManifestReader {
    /// - Parameter path: the gateway's `PATH`, in which a program without a folder is looked up.
    /// - Throws: ``SettingsError`` naming the file, the member and the remedy.
    package static func read(
        _ folder: URL, path: String = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    ) throws -> ModuleManifest {
        let file = folder.appending(path: ModuleManifest.fileName)
        try FileOwner.check(folder)
        try FileOwner.check(file)
        let root = ManifestNode(value: try json(file), place: "\(file.path): ")
        try root.expect([
            "name", "summary", "protocols", "command", "settings", "contributes", "concurrency", "start", "timeouts",
            "memoryMegabytes", "environment", "network",
        ])
        let versions = try root.required("protocols").items().map { try $0.integer(1...1_000_000) }
        guard versions.contains(ModuleManifest.protocolVersion) else {
            throw try root.required("protocols").fault(
                "the module speaks \(versions), this gateway \(ModuleManifest.protocolVersion); "
                    + "install a release of the module for it")
        }
        let contributions = try root.required("contributes")
        try contributions.expect(["webhooks", "actions"])
        let manifest = ModuleManifest(
            name: try root.required("name").name(), summary: try root.required("summary").text(), folder: folder,
            command: try ModuleCommandLine.resolve(try root.required("command"), in: folder, path: path),
            settings: try root.member("settings")?.items().map(setting) ?? [],
            webhooks: try contributions.member("webhooks")?.items().map(ManifestWebhook.read) ?? [],
            actions: try contributions.member("actions")?.items().map(ManifestAction.read) ?? [],
            concurrency: try root.member("concurrency")?.integer(1...1000) ?? 1,
            start: try start(root), timeouts: try timeouts(root),
            memoryLimit: try root.member("memoryMegabytes").map { Int64(try $0.integer(1...1_048_576)) << 20 },
            environment: try root.member("environment")?.texts() ?? [],
            hasNetwork: try root.member("network")?.bool() ?? true)
        guard !manifest.webhooks.isEmpty || !manifest.actions.isEmpty else {
            throw contributions.fault("a module must contribute webhooks or actions")
        }
        return manifest
    }

    private static func json(_ file: URL) throws -> SettingValue {
        guard let data = FileManager.default.contents(atPath: file.path) else {
            throw SettingsError(place: file.path, message: "can't be read; each module's folder needs a module.json")
        }
        do {
            return try JSONDecoder().decode(SettingValue.self, from: data)
        } catch {
            throw SettingsError(place: file.path, message: "is not JSON")
        }
    }

    private static func setting(_ node: ManifestNode) throws -> ModuleManifest.Setting {
        try node.expect(["key", "summary", "required", "secret", "default"])
        let setting = ModuleManifest.Setting(
            key: try node.required("key").name(), summary: try node.member("summary")?.text() ?? "",
            isRequired: try node.member("required")?.bool() ?? false,
            isSecret: try node.member("secret")?.bool() ?? false, defaultValue: node.member("default")?.value)
        guard !ModuleTerms.keys.contains(setting.key) else {
            throw try node.required("key").fault("'\(setting.key)' is the gateway's own setting of every module")
        }
        if setting.isSecret, setting.defaultValue != nil {
            throw try node.required("default").fault("a secret can't have a default")
        }
        return setting
    }

    private static func start(_ root: ManifestNode) throws -> ModuleManifest.Start {
        guard let node = root.member("start") else { return .eager }
        guard let start = ModuleManifest.Start(rawValue: try node.text()) else {
            throw node.fault("must be 'eager' or 'lazy'")
        }
        return start
    }

    private static func timeouts(_ root: ManifestNode) throws -> ModuleManifest.Timeouts {
        var timeouts = ModuleManifest.Timeouts()
        guard let node = root.member("timeouts") else { return timeouts }
        try node.expect(["hello", "translate", "health", "cancel", "stop", "end"])
        if let hello = node.member("hello") { timeouts.hello = try hello.seconds() }
        if let translate = node.member("translate") { timeouts.translate = try translate.seconds() }
        if let health = node.member("health") { timeouts.health = try health.seconds() }
        if let cancel = node.member("cancel") { timeouts.cancel = try cancel.seconds() }
        if let stop = node.member("stop") { timeouts.stop = try stop.seconds() }
        if let end = node.member("end") { timeouts.end = try end.seconds() }
        return timeouts
    }
}
