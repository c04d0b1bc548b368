import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import ExternalModules

/// What the gateway sees of a module that runs actions.
@Suite struct ActionTests {
    private func success(_ outcome: ActionOutcome) throws -> ActionSuccess {
        guard case .succeeded(let success) = outcome else { throw Missing("no success but \(outcome)") }
        return success
    }

    private func failure(_ outcome: ActionOutcome) throws -> FailureDetails {
        guard case .failed(let failure) = outcome else { throw Missing("no failure but \(outcome)") }
        return failure
    }

    @Test func `the example fills its output and says so`() async throws {
        let world = try ModuleWorld()
        let module = try world.example("checksums")
        let job = try world.host.checksums(module)
        let done = try success(await module.action.run(job, on: world.host))
        #expect(done.variables == ["FileCount": "2"] && done.progress.summary == "2 files")
        #expect(done.outputs == ["Sums": .directory(job.outputs[0].folder)])
        let sums = try String(contentsOf: job.outputs[0].folder.appending(path: "SUMS"), encoding: .utf8)
        #expect(sums.hasPrefix("87428fc5") && sums.contains("./docs/b.txt"))
        #expect(world.host.recorded.lines.contains("sha256 of the files in the input"))
        for wrong in [["Algorithm": "rot13"], ["Pause": "$(id)"], ["Pause": "1\" 2"]] {
            let refused = try failure(await module.action.run(try world.host.checksums(module, wrong), on: world.host))
            #expect(refused.type == .configurationError, "\(wrong)")
        }
        await module.stop()
    }

    @Test func `a cancelled job ends with all that it has started`() async throws {
        let world = try ModuleWorld()
        let module = try world.example("checksums")
        let (host, job, action) = (world.host, try world.host.checksums(module, ["Pause": "600"]), try module.action)
        let start = ContinuousClock.now
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await action.run(job, on: host) }
            group.addTask {
                _ = try? await waiting(for: "the job's first line") { host.recorded.lines.isEmpty ? nil : true }
            }
            await group.next()
            group.cancelAll()
        }
        // Its pause is ten minutes; a cancel that is not heeded would cost a restart.
        #expect(ContinuousClock.now - start < .seconds(60))
        try await waiting(for: "the end of the job's sleep") { try world.processes(of: module).count == 1 ? true : nil }
        #expect(module.status.restarts == 0)
        _ = try success(await action.run(try host.checksums(module), on: host))
        await module.stop()
    }

    @Test func `a fork's pull request reaches no module that isn't fit for it, and it is told`() async throws {
        let world = try ModuleWorld()
        let script = """
            reason = str(request["job"].get("untrusted"))
            say({"type": "failed", "id": request["id"], "error": {"type": "JobFailed", "message": reason}})
            """
        let closed = try world.scripted(script, name: "Closed")
        let job = try world.host.outputs(of: closed, isUntrusted: true)
        let refused = try failure(await closed.action.run(job, on: world.host))
        #expect(refused.type == .permissionError)
        #expect(refused.message.contains("set modules.Closed.forks: allowed"))
        #expect(closed.status.phase == .waiting)
        let open = try world.scripted(script, name: "Open", settings: .map(["forks": .string("allowed")]))
        for (isUntrusted, said) in [(true, "True"), (false, "None")] {
            let job = try world.host.outputs(of: open, isUntrusted: isUntrusted)
            #expect(try failure(await open.action.run(job, on: world.host)).message == said)
        }
        await open.stop()
    }

    @Test func `outputs lie in the job's folders or nowhere`() async throws {
        let world = try ModuleWorld()
        let module = try world.scripted(
            """
            job = request["job"]
            where = job["configuration"]["where"].replace("$W", job["workspace"]).replace("$O", job["outputs"][1]["folder"])
            os.makedirs(job["workspace"] + "/made", exist_ok=True)
            open(job["workspace"] + "/made/file", "w").write("x")
            os.symlink("/etc", job["workspace"] + "/link")
            kind = job["configuration"]["kind"]
            say({"type": "succeeded", "id": request["id"], "outputs": {job["configuration"].get("name", "One"): {kind: where}}})
            """)
        let rows: [(kind: String, place: String, ends: String?)] = [
            ("folder", "made", "/made"), ("folder", "$W/made", "/made"), ("file", "made/file", "/made/file"),
            ("folder", "$O", "/outputs/Two"), ("folder", "../../..", nil), ("folder", "/etc", nil),
            ("folder", "link", nil), ("file", "link/passwd", nil), ("file", "made", nil), ("folder", "gone", nil),
        ]
        for row in rows {
            let job = try world.host.outputs(of: module, ["where": row.place, "kind": row.kind])
            let outcome = try await module.action.run(job, on: world.host)
            guard let ends = row.ends else {
                #expect(try failure(outcome).type == .jobFailed, "\(row)")
                continue
            }
            let made = try success(outcome).outputs
            switch made["One"] {
            case .directory(let url), .file(let url): #expect(url.path.hasSuffix(ends), "\(row)")
            default: Issue.record("\(row): \(made)")
            }
            #expect(made["Two"] == .directory(job.outputs[1].folder))
        }
        let other = try world.host.outputs(of: module, ["where": "made", "kind": "folder", "name": "Third"])
        #expect(try failure(await module.action.run(other, on: world.host)).message.contains("'Third'"))
        await module.stop()
    }

    @Test func `a pending job comes again with its own token, a secret is masked`() async throws {
        let world = try ModuleWorld()
        let module = try world.scripted(
            """
            token = request["job"].get("continuationToken")
            say({"type": "mask", "id": request["id"], "secret": "hush-hush"})
            say({"type": "log", "id": request["id"], "line": f"token {token} hush-hush"})
            if token: say({"type": "failed", "id": request["id"], "error": {"type": "PermissionError", "message": token}})
            else: say({"type": "pending", "id": request["id"], "token": "t-1", "pollAgain": 0.5, "progress": {"percentComplete": 400}})
            """)
        let first = try await module.action.run(try world.host.outputs(of: module), on: world.host)
        guard case .pending(let token, let again, let progress) = first else { throw Missing("\(first)") }
        #expect(again == .seconds(0.5) && progress.percentComplete == 100)
        let job = try world.host.job(
            try module.action.type.id, configuration: [:], outputs: ["One"], continuationToken: token)
        let second = try failure(await module.action.run(job, on: world.host))
        #expect(second == FailureDetails(.permissionError, "t-1"))
        #expect(world.host.recorded.lines == ["token None ****", "token t-1 ****"])
        await module.stop()
    }

    @Test func `a job that finds no room is put off and keeps its token`() async throws {
        let world = try ModuleWorld()
        let module = try world.scripted(
            """
            if request["type"] == "cancel": say({"type": "failed", "id": request["id"], "error": {"type": "JobFailed", "message": "c"}})
            else: say({"type": "log", "id": request["id"], "line": "held"})
            """)
        let (host, action) = (world.host, try module.action)
        let (held, late) = (
            try host.outputs(of: module),
            try host.job(action.type.id, configuration: [:], outputs: ["One"], continuationToken: "tmine")
        )
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await action.run(held, on: host) }
            _ = try? await waiting(for: "the first job") { host.recorded.lines.isEmpty ? nil : true }
            let outcome = await action.run(late, on: host)
            if case .pending(let token, _, _) = outcome {
                #expect(PassedToken.inner(token) == "mine")
            } else {
                Issue.record("\(outcome)")
            }
            group.cancelAll()
        }
        #expect(PassedToken.inner(PassedToken.waiting(nil)) == nil)
        await module.stop()
    }
}
