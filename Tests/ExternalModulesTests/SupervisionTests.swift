import Foundation
import Logging
import PipelineModel
import PluginKit
import PluginKitTesting
import ServiceLifecycle
import Synchronization
import Testing

@testable import ExternalModules

@Suite(.serialized) struct SupervisionTests {
    @Test func `pauses double up to five minutes`() {
        let settings = SupervisionSettings()
        #expect(
            [0, 1, 2, 3, 4, 9, 10, 50].map(settings.pause) == [
                .zero, .seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(256), .seconds(300), .seconds(300),
            ])
    }

    /// A module whose start fails, and what its state says of it.
    @Test(arguments: [
        (#"{"type": "hello", "protocol": 2, "name": "Scripted"}"#, "speaks version 2 of the protocol, not 1"),
        (#"{"type": "hello", "name": "Scripted"}"#, "a hello without protocol"),
        (#"{"type": "hello", "protocol": 1, "name": "Other"}"#, "another module than Scripted"),
        (#"{"type": "events", "id": "1", "events": []}"#, "something else than hello"),
        (#""{""#, "no JSON object"),
        (#"{"type": "hello", "protocol": "1"}"#, "a wrong value at protocol"),
        ("sys.exit(3)", "ended with exit code 3"),
        ("time.sleep(60)", "did not say hello within"),
    ])
    func `a module that doesn't greet as agreed is not used`(hello: String, words: String) async throws {
        let world = try ModuleWorld()
        var patience = ModuleWorld.quick
        patience.firstPause = .seconds(60)
        patience.longestPause = .seconds(60)
        let module = try world.scripted(
            "pass", hello: hello, members: ["timeouts": .map(["hello": .number(2)])], supervision: patience)
        let error = await #expect(throws: FailureDetails.self) {
            try await module.translate("", event: "", on: world.host)
        }
        #expect(
            error?.type == .systemUnavailable && error?.message.contains(words) == true, "\(String(describing: error))")
        #expect(module.status.phase == .restarting && module.status.lastError?.contains(words) == true)
        #expect(await module.health(on: world.host).map(\.status) == [.warning])
        await module.stop()
    }

    @Test(arguments: [
        (#"say({"type": "nonsense", "id": request["id"]})"#, "a line of an unknown type"),
        (#"say({"type": "ignored", "reason": "x"})"#, "a line of type ignored without id"),
        (#"say({"type": "ignored", "id": request["id"]})"#, "a line of type ignored without reason"),
        (#"say({"type": "events", "id": request["id"], "events": [{"repository": 5}]})"#, "a wrong value at events"),
        (#"say({"type": "error", "id": request["id"], "error": {"type": "Oops", "message": "m"}})"#, "error.type"),
        (#"say("[1, 2]")"#, "with a wrong value at"),
        (#"sys.stdout.write("x" * (33 << 20)); sys.stdout.flush(); time.sleep(60)"#, "a line of more than 32 MiB"),
        ("os.close(1); time.sleep(60)", "it closed its output"),
    ])
    func `a module that breaks the protocol is killed and started again`(answer: String, words: String) async throws {
        let world = try ModuleWorld()
        let module = try world.scripted(answer)
        let error = await #expect(throws: FailureDetails.self) {
            try await module.translate("", event: "", on: world.host)
        }
        #expect(error?.message.contains(words) == true, "\(String(describing: error))")
        _ = try await module.supervisor.running(in: try world.host.room("Scripted"), within: .seconds(10))
        #expect(module.status.restarts == 1)
        await module.stop()
    }

    @Test func `a module that holds too much memory is killed`() async throws {
        let world = try ModuleWorld()
        let module = try world.scripted(
            """
            held = bytearray(90 << 20)
            for i in range(0, len(held), 4096): held[i] = 1
            time.sleep(60)
            """, members: ["memoryMegabytes": .integer(64)])
        let error = await #expect(throws: FailureDetails.self) {
            try await module.translate("", event: "", on: world.host)
        }
        #expect(error?.message.contains("its limit is 64 MiB") == true, "\(String(describing: error))")
        await module.stop()
        let greedy = try world.scripted(
            "held = bytearray(900 << 20)", name: "Greedy", members: ["memoryMegabytes": .integer(64)])
        let refused = await #expect(throws: FailureDetails.self) {
            try await greedy.translate("", event: "", on: world.host)
        }
        #expect(refused?.message.contains("MemoryError") == true, "\(String(describing: refused))")
        await greedy.stop()
    }

    @Test func `a crash loop is broken, and its pauses grow`() async throws {
        let world = try ModuleWorld()
        let module = try world.scripted("pass", hello: "sys.exit(1)")
        let host = ExternalModuleHost([module], host: world.host)
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await host.run() }
            try await waiting(for: "four ends") { module.status.restarts >= 4 ? true : nil }
            // Pauses of 50, 100 and 200 ms lie between them.
            #expect(ContinuousClock.now - start >= .milliseconds(350))
            #expect(module.status.phase == .broken)
            #expect(await module.health(on: world.host).first?.status == .failed)
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(module.status.phase == .stopped)
    }

    @Test func `an eager module is up without being asked, again after its end, and ends with its host`() async throws {
        let world = try ModuleWorld()
        let (eager, lazy) = (try world.example("anvil"), try world.example("checksums", ["start": .string("lazy")]))
        let group = ServiceGroup(
            services: [ExternalModuleHost([eager, lazy], host: world.host)], logger: world.host.logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let pid = try await world.process(of: eager)
            try await waiting(for: "hello") { eager.status.phase == .running ? true : nil }
            #expect(lazy.status.phase == .waiting)
            kill(pid, SIGKILL)
            try await waiting(for: "a restart") { eager.status.restarts == 1 ? true : nil }
            try await waiting(for: "hello again") { eager.status.phase == .running ? true : nil }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(eager.status.phase == .stopped && lazy.status.phase == .stopped)
        #expect(try world.processes(of: eager).isEmpty)
        await #expect(throws: FailureDetails.self) { try await eager.translate("", event: "", on: world.host) }
    }

    @Test func `a module that hangs on health is killed`() async throws {
        let world = try ModuleWorld()
        let module = try world.scripted(
            #"if request["type"] != "health": say({"type": "ignored", "id": request["id"], "reason": "r"})"#,
            members: ["timeouts": .map(["health": .number(0.3)])])
        _ = try await module.translate("", event: "", on: world.host)
        _ = await module.health(on: world.host)
        try await waiting(for: "the restart") { module.status.restarts == 1 ? true : nil }
        #expect(module.status.lastError?.contains("'health' in time") == true)
        await module.stop()
    }

    @Test func `slots are given in turn, and given up after a while`() async throws {
        let slots = SlotQueue(1)
        #expect(await slots.take(within: .seconds(1)))
        #expect(await slots.take(within: .milliseconds(20)) == false)
        async let next = slots.take(within: .seconds(10))
        try await Task.sleep(for: .milliseconds(20))
        slots.release()
        #expect(await next)
        slots.release()
        #expect(await slots.take(within: .zero))
    }

    @Test func `what a module writes to its standard error is cut, masked and not too much`() throws {
        let lines = Mutex<[String]>([])
        let logger = Logger(label: "t") { _ in Recorder(lines: { text in lines.withLock { $0.append(text) } }) }
        var stream = ErrorStream(module: "M", secrets: ["s3cret"], logger: logger)
        for index in 0..<500 {
            Data("line \(index) s3cret\n".utf8).withUnsafeBytes { stream.take($0) }
        }
        Data((String(repeating: "y", count: 5000) + "\n").utf8).withUnsafeBytes { stream.take($0) }
        stream.finish()
        stream.reportDropped()
        let seen = lines.withLock { $0 }
        #expect(seen.first == "line 0 ****")
        #expect(seen.count > 100 && seen.count < 200)
        #expect(seen.contains { $0.hasPrefix("left out") })
        #expect(stream.lastLine.count == 2000)
    }

    private struct Recorder: LogHandler {
        let lines: @Sendable (String) -> Void
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        init(lines: @escaping @Sendable (String) -> Void) { self.lines = lines }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines(event.metadata?["line"].map { "\($0)" } ?? "left out \(event.metadata?["lines_left_out"] ?? "")")
        }
    }
}
