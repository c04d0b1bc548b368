import Foundation
import Logging
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import ExternalModules

/// Modules in folders of one test's own, with a host; everything ends with ``close()``.
final class ModuleWorld: Sendable {
    let host: FakeHost
    let examples: URL

    static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures")

    /// - Parameters:
    ///   - hidden: what no module may see.
    ///   - parent: where all of it lies.
    init(hidden: [URL] = [], in parent: URL? = nil) throws {
        host = try FakeHost(hiddenPaths: hidden, in: parent)
        examples = Self.fixtures.appending(path: "Modules")
    }

    deinit { host.remove() }

    /// As the configuration says it; isolated as a rule, but tests of other things run where bubblewrap can't, too.
    static func apart(_ settings: SettingValue, _ isIsolated: Bool) -> SettingValue {
        guard case .map(let members) = settings == .null ? .map([:]) : settings, !isIsolated else { return settings }
        return .map(members.merging(["isolation": .string("none")]) { given, _ in given })
    }

    /// Restarts that a test can wait for.
    static var quick: SupervisionSettings {
        var settings = SupervisionSettings()
        settings.firstPause = .milliseconds(50)
        settings.longestPause = .milliseconds(400)
        settings.restartPatience = .seconds(5)
        settings.roomPatience = .milliseconds(300)
        return settings
    }

    /// A copy of an example, with other members in its manifest.
    func example(
        _ name: String, _ changes: [String: SettingValue] = [:], settings: SettingValue = .null,
        supervision: SupervisionSettings = ModuleWorld.quick, isIsolated: Bool = false
    ) throws -> ExternalModule {
        let folder = try host.folder("modules").appending(path: name, directoryHint: .isDirectory)
        try FileManager.default.copyItem(at: examples.appending(path: name), to: folder)
        let file = folder.appending(path: "module.json")
        guard case .map(var members) = try JSONDecoder().decode(SettingValue.self, from: Data(contentsOf: file)) else {
            throw Missing("\(file.path) is no object")
        }
        members.merge(changes) { $1 }
        try JSONEncoder().encode(members).write(to: file)
        return try ExternalModule(
            try ManifestReader.read(folder), settings: Self.apart(settings, isIsolated), supervision: supervision)
    }

    /// A module in Python that says hello by itself; `answer` is the body of a function of `request` that uses `say`.
    func scripted(
        _ answer: String, hello: String = #"{"type": "hello", "protocol": 1, "name": hello["module"]}"#,
        name: String = "Scripted", members: [String: SettingValue] = [:], settings: SettingValue = .null,
        supervision: SupervisionSettings = ModuleWorld.quick, isIsolated: Bool = false
    ) throws -> ExternalModule {
        let folder = try host.folder("modules/\(name.lowercased())")
        let indented = answer.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
        try """
        #!/usr/bin/env python3
        import base64, json, os, subprocess, sys, time
        def say(message):
            sys.stdout.write((message if isinstance(message, str) else json.dumps(message)) + "\\n")
            sys.stdout.flush()
        hello = json.loads(sys.stdin.readline())
        def answer(request):
        \(indented)
        say(\(hello))
        for line in sys.stdin:
            request = json.loads(line)
            if request["type"] == "shutdown": break
            answer(request)
        """.write(to: folder.appending(path: "module.py"), atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: folder.appending(path: "module.py").path)
        var manifest: [String: SettingValue] = [
            "name": .string(name), "summary": .string("a test's"), "protocols": .list([.integer(1)]),
            "command": .string("module.py"),
            "contributes": .map([
                "webhooks": .list([
                    .map([
                        "name": .string(name),
                        "signature": .map(["scheme": .string("token"), "header": .string("X-Secret")]),
                        "eventHeaders": .list([.string("X-Event")]),
                    ])
                ]),
                "actions": .list([
                    .map([
                        "category": .string("Build"), "provider": .string(name),
                        "outputArtifacts": .map(["maximum": .integer(2)]),
                    ])
                ]),
            ]),
        ]
        manifest.merge(members) { $1 }
        try JSONEncoder().encode(manifest).write(to: folder.appending(path: "module.json"))
        return try ExternalModule(
            try ManifestReader.read(folder), settings: Self.apart(settings, isIsolated), supervision: supervision)
    }

    /// The leader of the module's processes, once it runs.
    func process(of module: ExternalModule) async throws -> pid_t {
        try await waiting(for: "the process of \(module.manifest.name)") {
            try self.processes(of: module).first { getsid($0) == $0 }
        }
    }

    /// All processes that carry the module's mark, zombies left out.
    func processes(of module: ExternalModule) throws -> [pid_t] {
        let mark = "\(ModuleSpawn.marker)=\(try host.stateFolder(for: module.manifest.name).path)"
        return try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }.filter { pid in
            let environment = FileManager.default.contents(atPath: "/proc/\(pid)/environ") ?? Data()
            return environment.split(separator: 0).contains { $0.elementsEqual(mark.utf8) }
        }
    }

    /// Puts bytes into what the gateway reads as the module's words.
    func corrupt(_ pid: pid_t) throws {
        let output = try FileHandle(forWritingTo: URL(fileURLWithPath: "/proc/\(pid)/fd/1"))
        try output.write(contentsOf: Data("\u{1}\u{2} this is no line of the protocol\n".utf8))
    }
}

struct Missing: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

@discardableResult
func waiting<Value>(
    for what: String, upTo limit: Duration = .seconds(20), _ look: () async throws -> Value?
) async throws -> Value {
    let latest = ContinuousClock.now + limit
    while ContinuousClock.now < latest {
        if let found = try await look() { return found }
        try await Task.sleep(for: .milliseconds(10))
    }
    throw Missing("no \(what) within \(limit)")
}

extension ExternalModule {
    var webhook: any DeferredWebhookProvider {
        get throws {
            for case .deferredWebhook(let provider) in contributions { return provider }
            throw Missing("no webhook")
        }
    }

    var action: any ActionProvider {
        get throws {
            for case .action(let provider) in contributions { return provider }
            throw Missing("no action")
        }
    }

    func translate(_ body: String, event: String, on host: FakeHost) async throws -> ParsedDelivery {
        try await webhook.translate(
            VerifiedDelivery(
                verified: WebhookDelivery(headers: [("X-Event", event), ("X-Secret", "hush")], body: Data(body.utf8)),
                event: event), host: host)
    }
}

extension FakeHost {
    func checksums(_ module: ExternalModule, _ configuration: [String: String] = [:]) throws -> ActionJob {
        let folder = try module.action.workFolder(on: self)
        return try job(
            try module.action.type.id, configuration: configuration,
            inputs: [try input("Source", files: ["a.txt": "a\n", "docs/b.txt": "b\n"], in: folder)],
            outputs: ["Sums"], in: folder)
    }

    func outputs(
        of module: ExternalModule, _ configuration: [String: String] = [:], token: String? = nil,
        id: ActionExecutionID = ActionExecutionID(UUID().uuidString.lowercased()), isUntrusted: Bool = false
    ) throws -> ActionJob {
        try job(
            try module.action.type.id, configuration: configuration, outputs: ["One", "Two"], continuationToken: token,
            id: id, isUntrusted: isUntrusted, in: try module.action.workFolder(on: self))
    }
}
