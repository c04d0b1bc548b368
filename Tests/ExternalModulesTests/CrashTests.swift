import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Synchronization
import Testing

@testable import ExternalModules

/// The examples are killed, hung and corrupted in mid-job: only their own jobs notice.
@Suite(.serialized) struct CrashTests {
    enum Harm: String, CaseIterable, Sendable { case killed, hung, corrupted }

    /// Another module translates all the while. Gives how often it was asked and the longest answer.
    private func bystander<Value: Sendable>(
        _ world: ModuleWorld, _ body: () async throws -> Value
    ) async throws -> (Value, asked: Int, longest: Duration) {
        let other = try world.scripted(
            #"say({"type": "ignored", "id": request["id"], "reason": "fine"})"#, name: "Other")
        _ = try await other.translate("", event: "", on: world.host)
        let ends = Mutex(false)
        async let watched = Self.watch(other, world.host) { ends.withLock { $0 } }
        let result: Result<Value, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        ends.withLock { $0 = true }
        let (asked, longest) = try await watched
        #expect(other.status.restarts == 0)
        await other.stop()
        return (try result.get(), asked, longest)
    }

    private static func watch(
        _ other: ExternalModule, _ host: FakeHost, until isOver: () -> Bool
    ) async throws -> (Int, Duration) {
        var (asked, longest) = (0, Duration.zero)
        repeat {
            let start = ContinuousClock.now
            #expect(try await other.translate("", event: "", on: host).ignored == "fine")
            longest = max(longest, .now - start)
            asked += 1
            try await Task.sleep(for: .milliseconds(2))
        } while !isOver()
        return (asked, longest)
    }

    @Test(arguments: Harm.allCases)
    func `a webhook module in mid-translation`(harm: Harm) async throws {
        let world = try ModuleWorld()
        let module = try world.example("anvil", ["timeouts": .map(["translate": .number(1)])])
        let body = #"{"repo": "acme/app", "changes": [{"branch": "main", "to": "3d6f0a4b"}]}"#
        let told = try await module.translate(body, event: "refs", on: world.host)
        let (_, asked, longest) = try await bystander(world) {
            let pid = try await world.process(of: module)
            kill(pid, SIGSTOP)
            async let cut = module.translate(body, event: "refs", on: world.host)
            _ = try await waiting(for: "the request") { module.status.inFlight == 1 ? true : nil }
            switch harm {
            case .killed: kill(pid, SIGKILL)
            case .corrupted: try world.corrupt(pid)
            case .hung: break
            }
            do {
                _ = try await cut
                Issue.record("it was answered")
            } catch let error as FailureDetails {
                #expect(error.type == .systemUnavailable && error.message.contains("module Anvil"), "\(error)")
            }
            #expect(try await module.translate(body, event: "refs", on: world.host) == told)
        }
        #expect(module.status.restarts == 1 && module.status.phase == .running)
        #expect(module.status.lastError?.contains(Self.words[harm] ?? "") == true, "\(module.status)")
        #expect(asked > 0 && longest < .seconds(2))
        report("webhook", harm, asked, longest)
        await module.stop()
    }

    private static let words: [Harm: String] = [
        .killed: "signal 9", .hung: "did not answer 'translate' in time", .corrupted: "no JSON object",
    ]

    private func report(_ what: String, _ harm: Harm, _ asked: Int, _ longest: Duration) {
        let line = "\(what) module \(harm.rawValue): another was asked \(asked) times, longest \(longest)\n"
        FileHandle.standardError.write(Data(line.utf8))
    }

    @Test(arguments: [Harm.killed, .corrupted])
    func `an action module in mid-job runs it once more`(harm: Harm) async throws {
        let world = try ModuleWorld()
        let module = try world.example("checksums")
        let (host, action) = (world.host, try module.action)
        let job = try host.checksums(module, ["Pause": "1"])
        let (outcome, asked, longest) = try await bystander(world) {
            async let outcome = action.run(job, on: host)
            _ = try await waiting(for: "the job's first line") { host.recorded.lines.isEmpty ? nil : true }
            try Data("half".utf8).write(to: job.outputs[0].folder.appending(path: "half-done"))
            let pid = try await world.process(of: module)
            if harm == .killed { kill(pid, SIGKILL) } else { try world.corrupt(pid) }
            return await outcome
        }
        guard case .succeeded(let success) = outcome else { throw Missing("no success but \(outcome)") }
        #expect(success.variables["FileCount"] == "2")
        #expect(try FileManager.default.contentsOfDirectory(atPath: job.outputs[0].folder.path) == ["SUMS"])
        #expect(host.recorded.lines.contains { $0.hasSuffix("the job is run once more") })
        #expect(module.status.restarts == 1)
        report("action", harm, asked, longest)
        await module.stop()
    }

    @Test func `a hung action module is ended by the job's cancel, its children with it`() async throws {
        let world = try ModuleWorld()
        let module = try world.example("checksums", ["timeouts": .map(["cancel": .number(0.5)])])
        let (host, action) = (world.host, try module.action)
        let job = try host.checksums(module, ["Pause": "600"])
        let (_, asked, longest) = try await bystander(world) {
            let start = ContinuousClock.now
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = await action.run(job, on: host) }
                _ = try await waiting(for: "the job's first line") { host.recorded.lines.isEmpty ? nil : true }
                kill(try await world.process(of: module), SIGSTOP)
                group.cancelAll()
                try await group.waitForAll()
            }
            #expect(ContinuousClock.now - start < .seconds(8))
        }
        try await waiting(for: "the end of the job's processes") {
            try world.processes(of: module).isEmpty ? true : nil
        }
        guard case .succeeded = await action.run(try host.checksums(module), on: host) else {
            throw Missing("the next job did not succeed")
        }
        report("action", .hung, asked, longest)
        await module.stop()
    }

    @Test func `a module that ends twice in one job fails it with its name`() async throws {
        let world = try ModuleWorld()
        let module = try world.scripted(
            """
            sys.stderr.write("the disk is gone\\n")
            sys.exit(7)
            """)
        let outcome = await (try module.action).run(try world.host.outputs(of: module), on: world.host)
        guard case .failed(let failure) = outcome else { throw Missing("\(outcome)") }
        #expect(failure.type == .jobFailed)
        #expect(
            failure.message == "module Scripted: it ended with exit code 7; its last words: the disk is gone",
            "\(failure.message)")
        try await waiting(for: "its second end") { module.status.restarts == 2 ? true : nil }
        await module.stop()
    }

    @Test func `a module's escaped children end with it`() async throws {
        let world = try ModuleWorld()
        let module = try world.scripted(
            """
            subprocess.Popen(["sleep", "600"], start_new_session=True, stdin=subprocess.DEVNULL)
            os._exit(0)
            """)
        await #expect(throws: FailureDetails.self) { try await module.translate("", event: "", on: world.host) }
        await module.stop()
        try await waiting(for: "the end of all") { try world.processes(of: module).isEmpty ? true : nil }
    }

    @Test func `the end of its input ends a module, and nothing of it is left`() async throws {
        for name in ["anvil", "checksums"] {
            let world = try ModuleWorld()
            let module = try world.example(name)
            let room = try world.host.room(module.manifest.name)
            let process = try await module.supervisor.running(in: room, within: .seconds(10))
            process.endInput()
            let reason = await process.end()
            #expect(reason.hasSuffix("its input was ended and ended with exit code 0"), "\(reason)")
            await module.stop()
            #expect(try world.processes(of: module).isEmpty)
        }
    }
}
