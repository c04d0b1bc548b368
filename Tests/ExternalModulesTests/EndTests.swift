import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import ExternalModules

/// What a module is told of its jobs that were stopped or timed out.
@Suite struct EndTests {
    /// Keeps what it was told; `end` is answered as the file `mood` says.
    private static let script = """
        if request["type"] == "run":
            if request["job"]["configuration"].get("how") == "done": say({"type": "succeeded", "id": request["id"]})
            else: say({"type": "pending", "id": request["id"], "token": "build-7"})
        elif request["type"] == "end":
            open("ends", "a").write(json.dumps(request["job"]) + "\\n")
            if os.path.exists("mood"): say({"type": "error", "id": request["id"], "error": {"type": "SystemUnavailable", "message": "away"}})
            else: say({"type": "ended", "id": request["id"]})
        """

    private static func members(end: Bool) -> [String: SettingValue] {
        var action: [String: SettingValue] = [
            "category": .string("Build"), "provider": .string("Scripted"),
            "outputArtifacts": .map(["maximum": .integer(2)]),
        ]
        if end { action["end"] = .bool(true) }
        return ["contributes": .map(["actions": .list([.map(action)])])]
    }

    private func ends(_ module: ExternalModule) throws -> [SettingValue] {
        let data = FileManager.default.contents(atPath: module.manifest.folder.appending(path: "ends").path) ?? Data()
        return try data.split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(SettingValue.self, from: Data($0))
        }
    }

    @Test func `a stopped job is ended by its id and its last token, once`() async throws {
        let world = try ModuleWorld()
        let module = try world.scripted(Self.script, members: Self.members(end: true))
        let (host, action) = (world.host, try module.action)
        try await action.end("11111111-0000-4000-8000-000000000000", on: host)
        #expect(module.status.phase == .waiting)
        let job = try host.outputs(of: module)
        guard case .pending(let token, _, _) = await action.run(job, on: host) else { throw Missing("pending") }
        #expect(token == "tbuild-7")
        try await action.end(job.id, on: host)
        try await action.end(job.id, on: host)
        let told = try ends(module)
        #expect(told.count == 1)
        guard case .map(let members)? = told.first else { throw Missing("an end") }
        #expect(members["id"] == .string(job.id.rawValue) && members["continuationToken"] == .string("build-7"))
        #expect(members["actionType"] != nil)
        await module.stop()
    }

    @Test func `a module that can't end a job now is told again`() async throws {
        let world = try ModuleWorld()
        let module = try world.scripted(Self.script, members: Self.members(end: true))
        let (host, action) = (world.host, try module.action)
        let job = try host.outputs(of: module)
        _ = await action.run(job, on: host)
        let mood = module.manifest.folder.appending(path: "mood")
        try Data().write(to: mood)
        await #expect(throws: FailureDetails(.systemUnavailable, "away")) { try await action.end(job.id, on: host) }
        try FileManager.default.removeItem(at: mood)
        // Another life of the gateway: the record is on disk.
        await module.stop()
        let later = try ExternalModule(
            module.manifest, settings: ModuleWorld.apart(.null, false), supervision: ModuleWorld.quick)
        try await later.action.end(job.id, on: host)
        #expect(try ends(module).count == 2)
        await later.stop()
    }

    @Test func `nobody is told of a job that has ended by itself, nor a module that doesn't ask for it`() async throws {
        let world = try ModuleWorld()
        let module = try world.scripted(Self.script, members: Self.members(end: true))
        let done = try world.host.outputs(of: module, ["how": "done"])
        _ = try await module.action.run(done, on: world.host)
        try await module.action.end(done.id, on: world.host)
        let deaf = try world.scripted(Self.script, name: "Deaf", members: Self.members(end: false))
        let job = try world.host.outputs(of: deaf)
        _ = try await deaf.action.run(job, on: world.host)
        try await deaf.action.end(job.id, on: world.host)
        #expect(try ends(module).isEmpty && ends(deaf).isEmpty)
        await module.stop()
        await deaf.stop()
    }

    @Test func `records and folders of earlier lives are swept`() async throws {
        let world = try ModuleWorld()
        let module = try world.scripted(Self.script, members: Self.members(end: true))
        let room = try world.host.room("Scripted")
        let jobs = ActionRecords<GivenJob>(folder: room.given)
        for id in ["old", "new"] as [ActionExecutionID] {
            try jobs.keep(GivenJob(type: try module.action.type.id, continuationToken: nil), of: id)
        }
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -40 * 86_400)],
            ofItemAtPath: room.given.appending(path: "old.json").path)
        let left = try #require(try module.action.workFolder(on: world.host)).appending(path: "job/scratch")
        try FileManager.default.createDirectory(at: left, withIntermediateDirectories: true)
        await (try module.action).cleanUp(on: world.host)
        #expect(jobs["old"] == nil && jobs["new"] != nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: room.jobs.path).isEmpty)
    }
}
