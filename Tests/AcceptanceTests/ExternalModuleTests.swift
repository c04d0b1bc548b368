import Crypto
import Foundation
import Testing

/// Modules of anyone's: the examples of `Fixtures/Modules` in a gateway's modules folder.
@Suite(.serialized) struct ExternalModuleTests {
    private struct World: Sendable {
        let git: GitServer
        let gateway: Gateway

        static let connection = "arn:aws:codeconnections:us-east-1:000000000000:connection/anvil"
        static let secret = "a hook's secret of the forge"

        static func open() async throws -> World {
            let git = try await GitServer(files: ["page.txt": "a page\n", "docs/b.txt": "b\n"])
            let gateway = try Gateway(
                configuration: """
                    modules_folder: modules
                    connections:
                      anvil: {url: "\(git.url)", provider: Git}
                      github: {url: "\(git.url)"}
                    hooks:
                      anvil: {provider: Anvil, connection: anvil, secret: "\(secret)"}
                      main: {connection: github, secret: "\(Payload.secret)"}
                    """)
            try FileManager.default.copyItem(
                at: Fixture.folder.appending(path: "Modules"), to: gateway.scratch.url("modules"))
            try await gateway.start()
            return World(git: git, gateway: gateway)
        }

        /// Source from the forge's connection → checksums of its files, after a pause.
        func definition(pause: Int = 0) -> Definition {
            let source = Definition.action(
                "Repository", "Source", "CodeStarSourceConnection",
                [
                    "ConnectionArn": .string(Self.connection), "FullRepositoryId": .string(GitServer.repository),
                    "BranchName": "main",
                ], outputs: ["Source"])
            let sums = Definition.action(
                "Sums", "Build", "Checksums", owner: "Custom", ["Algorithm": "sha256", "Pause": "\(pause)"],
                inputs: ["Source"],
                outputs: ["Sums"])
            return Definition(
                "sums", artifacts: "artifacts",
                stages: [Definition.stage("Source", source), Definition.stage("Check", sums)])
        }

        func hook(_ name: String) async throws -> String {
            let listed = try JSON(parsing: try await gateway.penstock("hooks", "list", "--output", "json").stdout)
            let found = listed.items.first { $0["name"].string == name }
            guard let url = found?["url"].string else { throw Missing("no hook \(name) in \(listed)") }
            return url
        }

        func module(_ name: String) async throws -> JSON {
            let listed = try await gateway.penstock("modules", "list", "--output", "json")
            return try JSON(parsing: listed.stdout).items.first { $0["name"].string == name } ?? .null
        }

        /// The ids of the module's process and its children.
        func processes(_ program: String) -> [Int32] {
            let path = gateway.scratch.url("modules").path
            let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
            return all.compactMap { Int32($0) }.filter { pid in
                guard let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return false }
                let text = String(decoding: line, as: UTF8.self)
                // Bubblewrap names the folder too; it ends with the module that it holds.
                if text.hasPrefix("/usr/bin/bwrap") { return false }
                return text.contains(path) && text.contains(program)
            }
        }
    }

    private func signed(_ body: String, event: String) -> (body: Data, headers: [String: String]) {
        let body = Data(body.utf8)
        let code = HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: Data(World.secret.utf8)))
        let digest = code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return (
            body,
            [
                "X-Anvil-Event": event, "X-Anvil-Delivery": UUID().uuidString, "X-Anvil-Signature": "v0=\(digest)",
                "Content-Type": "application/json",
            ]
        )
    }

    @Test func `a delivery of a made-up forge starts a pipeline whose action is a shell module's`() async throws {
        let world = try await World.open()
        let sdk = SDK(try await world.gateway.environment())
        try await sdk.create(world.definition())
        #expect(try await sdk.endOfNewest(of: "sums", count: 1)["status"] == "Succeeded")
        let commit = try await world.git.commit(["more.txt": "more\n"], message: "More")
        let push = """
            {"repo": "\(GitServer.repository)", "actor": {"id": 7, "handle": "ines"},
             "changes": [{"branch": "main", "to": "\(commit)", "message": "More"}]}
            """
        let hook = try await world.hook("anvil")
        let delivery = signed(push, event: "refs")
        #expect(try await HTTP.post(delivery.body, to: hook, headers: delivery.headers).status == 202)
        let execution = try await sdk.endOfNewest(of: "sums", count: 2)
        #expect(execution["status"] == "Succeeded")
        #expect(execution["sourceRevisions"][0]["revisionId"].string == commit)
        let rows = try await sdk("ListActionExecutions", ["pipelineName": "sums"])["actionExecutionDetails"].items
        let sums = rows.first { $0["actionName"] == "Sums" }
        #expect(sums?["output"]["outputVariables"]["FileCount"] == "3")
        var forged = delivery.headers
        forged["X-Anvil-Signature"] = "v0=" + String(repeating: "0", count: 64)
        #expect(try await HTTP.post(delivery.body, to: hook, headers: forged).status == 401)
        #expect(try await world.gateway.terminate() == 0)
    }

    @Test func `a module that is killed in mid-job costs that job a retry, and nobody else anything`() async throws {
        let world = try await World.open()
        let sdk = SDK(try await world.gateway.environment())
        try await sdk.create(world.definition(pause: 3))
        #expect(try await world.module("Anvil")["process"]["state"] == "running")
        #expect(try await world.module("Checksums")["kind"] == "external")
        // The job is a process of its own beside the module's.
        try await waiting(until: "the action runs") { world.processes("checksums.sh").count > 1 }
        let hook = try await world.hook("main")
        for pid in world.processes("checksums.sh") { kill(pid, SIGKILL) }
        var longest = Duration.zero
        for _ in 0..<20 {
            let start = ContinuousClock.now
            let payload = try Payload(commit: try await world.git.tip())
            #expect(try await payload.post(to: hook).status == 202)
            longest = max(longest, .now - start)
        }
        #expect(longest < .seconds(2))
        #expect(try await sdk.endOfNewest(of: "sums", count: 1)["status"] == "Succeeded")
        let module = try await world.module("Checksums")
        #expect(module["process"]["restarts"].number == 1 && module["process"]["state"] == "running", "\(module)")
        #expect(try await world.module("Anvil")["process"]["restarts"].number == 0)
        let metrics = try await HTTP.get(try world.gateway.endpoint + "/metrics").text
        #expect(metrics.contains(#"penstock_module_up{kind="external",module="Checksums"} 1"#))
        #expect(metrics.contains(#"penstock_module_restarts{module="Checksums"} 1"#))
        #expect(try await world.gateway.terminate() == 0)
        #expect(world.processes("").isEmpty)
    }

    @Test func `nothing of a module is left when the gateway was killed`() async throws {
        let world = try await World.open()
        try await waiting(until: "both modules run") {
            !world.processes("anvil.py").isEmpty && !world.processes("checksums.sh").isEmpty
        }
        try await world.gateway.kill9()
        try await waiting(until: "the end of the modules") { world.processes("").isEmpty }
    }

    @Test func `a gateway does not start with a broken manifest, and says where`() async throws {
        let gateway = try Gateway(configuration: "modules_folder: modules\n")
        try gateway.scratch.write(
            #"{"name": "Broken", "summary": "s", "protocols": [1], "command": "gone", "contributes": {}}"#,
            to: "modules/broken/module.json")
        let refused = try await gateway.penstock("serve", "--listen", "127.0.0.1:0")
        #expect(refused.status == 2)
        #expect(refused.stderr.contains("modules/broken/module.json: command: there is no executable file"))
        try gateway.scratch.write("#!/bin/sh\n", to: "modules/broken/gone")
        let checked = try await gateway.penstock("modules", "check", gateway.scratch.url("modules/broken").path)
        #expect(checked.status == 1 && checked.text.contains("FAILED manifest"))
        let passed = try await gateway.penstock(
            "modules", "check", Fixture.folder.appending(path: "Modules/anvil").path)
        #expect(passed.status == 0 && passed.text.contains("ok     sample push: 3 events"), "\(passed)")
    }
}
