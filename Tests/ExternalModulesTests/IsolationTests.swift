import Foundation
import Glibc
import Isolation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import ExternalModules

/// What a module that runs isolated sees of this machine, and what is left of it.
@Suite struct IsolationTests {
    /// A data folder in which all of the module lies, as in a gateway, and a secret's file elsewhere.
    private struct Data {
        let folder: URL
        let secret: URL
        let world: ModuleWorld

        init() throws {
            let folder = FileManager.default.temporaryDirectory.appending(path: "penstock-data-\(UUID().uuidString)")
            let secret = FileManager.default.temporaryDirectory.appending(path: "penstock-secret-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for file in [folder.appending(path: "credentials"), folder.appending(path: "key"), secret] {
                try "top secret".write(to: file, atomically: true, encoding: .utf8)
            }
            world = try ModuleWorld(hidden: [folder, secret], in: folder)
            (self.folder, self.secret) = (folder, secret)
        }

        func remove() {
            for item in [folder, secret] { try? FileManager.default.removeItem(at: item) }
        }
    }

    /// The answer of a module in Python to `script`, whose last word it gives as `said`.
    private func asked(
        _ script: String, _ data: Data, members: [String: SettingValue] = [:], isIsolated: Bool = true
    ) async throws -> [String: String] {
        let module = try data.world.scripted(
            """
            said = {}
            def tries(name, what):
                try: said[name] = str(what())
                except OSError as error: said[name] = "refused"
            \(script)
            say({"type": "succeeded", "id": request["id"], "variables": said})
            """, name: "Probe\(UUID().uuidString.prefix(8))", members: members, isIsolated: isIsolated)
        let outcome = try await module.action.run(try data.world.host.outputs(of: module), on: data.world.host)
        await module.stop()
        guard case .succeeded(let success) = outcome else { throw Missing("no success but \(outcome)") }
        return success.variables
    }

    @Test func `it sees its own folders and neither the data folder nor secrets nor others' processes`() async throws {
        let data = try Data()
        defer { data.remove() }
        let said = try await asked(
            """
            job = request["job"]
            tries("credentials", lambda: open("\(data.folder.path)/credentials").read())
            tries("key", lambda: open("\(data.folder.path)/key").read())
            tries("data", lambda: sorted(os.listdir("\(data.folder.path)")) == [os.path.basename("\(data.world.host.root.path)")])
            tries("secret", lambda: open("\(data.secret.path)").read())
            tries("backstage", lambda: os.listdir("\(data.world.host.root.path)/state/.external/" + hello["module"] + "/given"))
            tries("run", lambda: [name for name in os.listdir("/run") if name != "systemd"])
            tries("etc", lambda: open("/etc/penstock-x", "w"))
            tries("usr", lambda: open("/usr/penstock-x", "w"))
            tries("own", lambda: open("own", "w"))
            tries("state", lambda: open(hello["stateFolder"] + "/kept", "w").write("kept"))
            tries("tmp", lambda: open("/tmp/mine", "w").write("mine"))
            tries("workspace", lambda: open(job["workspace"] + "/x", "w").write("x"))
            tries("output", lambda: open(job["outputs"][0]["folder"] + "/y", "w").write("y"))
            tries("gateway", lambda: any(b"PENSTOCK" not in open(f"/proc/{p}/cmdline", "rb").read() and int(p) > 50 for p in os.listdir("/proc") if p.isdigit()))
            tries("sysrq", lambda: open("/proc/sys/kernel/sysrq", "w").write("1"))
            tries("environment", lambda: sorted(os.environ))
            tries("TMPDIR", lambda: os.environ["TMPDIR"])
            """, data)
        for name in ["credentials", "key", "backstage", "etc", "usr", "own", "sysrq"] {
            #expect(said[name] == "refused", "\(name): \(said[name] ?? "-")")
        }
        #expect(said["data"] == "True" && said["run"] == "[]", "\(said)")
        // An empty device lies in its place, which may not even be opened.
        #expect(["", "refused"].contains(said["secret"]), "\(said)")
        #expect(said["gateway"] == "False" && said["TMPDIR"] == "/tmp")
        for name in ["state", "tmp", "workspace", "output"] { #expect(Int(said[name] ?? "") != nil, "\(name)") }
        #expect(!FileManager.default.fileExists(atPath: "/tmp/mine"))
        let known = ["HOME", "LANG", "LC_CTYPE", "PATH", ModuleSpawn.marker, "PWD", "TMPDIR"]
        let names = Self.variables(said)
        #expect(Set(names).isSubset(of: known) && names.contains("PATH"), "\(names)")
    }

    /// Without those that pyenv's wrapper of Python adds by itself.
    private static func variables(_ said: [String: String]) -> [String] {
        (said["environment"] ?? "").split { "[]', ".contains($0) }.map(String.init)
            .filter { !$0.hasPrefix("PYENV_") && !$0.hasPrefix("_PYENV_") && $0 != "SHLVL" }
    }

    @Test func `without isolation its environment is as clean`() async throws {
        let data = try Data()
        defer { data.remove() }
        let said = try await asked(#"tries("environment", lambda: sorted(os.environ))"#, data, isIsolated: false)
        let names = Self.variables(said)
        let known = ["HOME", "LANG", "LC_CTYPE", "PATH", ModuleSpawn.marker, "PWD", "TMPDIR"]
        #expect(Set(names).isSubset(of: known) && names.contains(ModuleSpawn.marker), "\(names)")
    }

    @Test(arguments: [nil, true, false] as [Bool?])
    func `it has the network that its manifest declares`(network: Bool?) async throws {
        let data = try Data()
        defer { data.remove() }
        let ours = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/net")
        let said = try await asked(
            #"tries("net", lambda: os.readlink("/proc/self/ns/net"))"#, data,
            members: network.map { ["network": .bool($0)] } ?? [:])
        #expect((said["net"] == ours) == (network ?? true), "\(said)")
    }

    @Test func `the limit of memory holds inside`() async throws {
        let data = try Data()
        defer { data.remove() }
        let said = try await asked(
            "import resource\ntries(\"limit\", lambda: resource.getrlimit(resource.RLIMIT_DATA)[1])", data,
            members: ["memoryMegabytes": .integer(256)])
        #expect(said["limit"] == String(512 << 20))
    }

    enum End: String, CaseIterable, Sendable { case stop, kill, hang, exit }

    @Test(arguments: End.allCases)
    func `nothing of it is left, however it ends`(end: End) async throws {
        let data = try Data()
        defer { data.remove() }
        let seconds = String(Int.random(in: 100_000...999_999))
        let module = try data.world.scripted(
            """
            if request["type"] == "translate" and request["event"] == "exit": os._exit(3)
            if request["type"] == "translate" and request["event"] == "begin":
                for words in (["setsid", "sleep"], ["env", "-i", "setsid", "sleep"], ["sleep"]):
                    subprocess.Popen(words + ["\(seconds)"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                say({"type": "ignored", "id": request["id"], "reason": "begun"})
            """, members: ["timeouts": .map(["translate": .number(1), "stop": .number(1)])], isIsolated: true)
        _ = try await module.translate("", event: "begin", on: data.world.host)
        try await waiting(for: "three sleepers") { Self.sleepers(seconds).count == 3 ? true : nil }
        switch end {
        case .stop: await module.stop()
        case .kill: kill(try await data.world.process(of: module), SIGKILL)
        case .hang, .exit: _ = try? await module.translate("", event: end.rawValue, on: data.world.host)
        }
        try await waiting(for: "the end of the sleepers") { Self.sleepers(seconds).isEmpty ? true : nil }
        if let words = [.exit: "ended with exit code 3", .hang: "did not answer 'translate' in time"][end] {
            try await waiting(for: "the reason") { module.status.lastError }
            #expect(module.status.lastError?.contains(words) == true)
        }
        await module.stop()
    }

    @Test func `SIGTERM reaches the module, and the signal that ended it is told`() async throws {
        let data = try Data()
        defer { data.remove() }
        let module = try data.world.scripted(
            """
            import signal
            signal.signal(signal.SIGTERM, lambda *_: (open(hello["stateFolder"] + "/termed", "w").close(), os.kill(os.getpid(), 9)))
            """, members: ["timeouts": .map(["translate": .number(0.5)])], isIsolated: true)
        _ = try? await module.translate("", event: "", on: data.world.host)
        let state = try data.world.host.stateFolder(for: "Scripted")
        try await waiting(for: "the module's trap") {
            FileManager.default.fileExists(atPath: state.appending(path: "termed").path) ? true : nil
        }
        let error = try await waiting(for: "the end") { module.status.lastError }
        #expect(error.contains("was ended by signal 9"), "\(error)")
        await module.stop()
    }

    @Test func `where isolation can't work it is refused with the remedy, unless the configuration says none`()
        async throws
    {
        let data = try Data()
        defer { data.remove() }
        let module = try data.world.scripted("pass")
        var settings = module.supervisor.settings
        for (program, words) in [("/bin/false", "does not work here"), (nil, "is not installed")] {
            settings.terms = ModuleTerms(
                isolation: .bubblewrap, forks: .refused,
                check: IsolationCheck(
                    setting: "modules.Scripted.isolation", subject: "this module", executable: { program }))
            let process = ModuleProcess(
                module.manifest, settings: settings, room: try data.world.host.room("Scripted"), ready: { _ in },
                ended: { _ in })
            let reason = await process.end()
            #expect(reason.contains(words) && reason.contains("set modules.Scripted.isolation: none"), "\(reason)")
        }
        #expect(try await asked(#"tries("pid", os.getppid)"#, data, isIsolated: false)["pid"] == "\(getpid())")
    }

    @Test func `an isolated event costs little more`() async throws {
        let data = try Data()
        defer { data.remove() }
        let module = try data.world.example("anvil", isIsolated: true)
        let body = Foundation.Data(#"{"repo": "acme/app", "changes": [{"branch": "main", "to": "3d6f0a4b"}]}"#.utf8)
        let cost = try await ModuleMeter.costOfTranslation(
            module, webhook: "Anvil", headers: [], body: body, event: "refs", count: 200,
            in: try data.world.host.room("Anvil"))
        let quickest = Int(cost.quickest * 1_000_000)
        let line = "isolated module: \(Int(cost.mean * 1_000_000)) µs a translation, the quickest \(quickest) µs\n"
        FileHandle.standardError.write(Foundation.Data(line.utf8))
        #expect(cost.quickest < 0.02)
    }

    @Test func `the example's job runs isolated`() async throws {
        let data = try Data()
        defer { data.remove() }
        let module = try data.world.example("checksums", isIsolated: true)
        let job = try data.world.host.checksums(module)
        guard case .succeeded(let done) = try await module.action.run(job, on: data.world.host) else {
            throw Missing("a success")
        }
        #expect(done.variables == ["FileCount": "2"])
        let sums = try String(contentsOf: job.outputs[0].folder.appending(path: "SUMS"), encoding: .utf8)
        #expect(sums.contains("./docs/b.txt"))
        await module.stop()
    }

    private static func sleepers(_ seconds: String) -> [pid_t] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap { pid_t($0) }.filter { pid in
            guard let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return false }
            let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            return words == ["sleep", seconds]
        }
    }
}
