import Foundation
import Logging
import PipelineEngine
import PipelineModel
import ServiceLifecycleTestKit
import Synchronization
import Testing

@testable import PenstockServer

/// `wait` and `tail` on a gateway that listens, goes and comes back on another port.
@Suite struct PatientCommandsTests {
    final class Lines: Sendable {
        private let kept = Mutex<[String]>([])
        func add(_ text: String) { kept.withLock { $0.append(text) } }
        var all: [String] { kept.withLock { $0 } }
    }

    private static func settings(_ folder: ServerFolder) throws -> ServerSettings {
        try folder.settings("log_level: critical\n", listen: "127.0.0.1:0")
    }

    /// The gateway without its listener: what a test changes behind the commands' backs.
    private func gateway<Value: Sendable>(
        _ settings: ServerSettings, _ work: (Gateway) async throws -> Value
    ) async throws -> Value {
        let gateway = try await Gateway.open(settings, logger: try CommandLogger.make(level: "critical"))
        do {
            let value = try await work(gateway)
            await gateway.close()
            return value
        } catch {
            await gateway.close()
            throw error
        }
    }

    /// Serves while the test works, and has let go of the folder afterwards.
    private func serving(_ settings: ServerSettings, _ work: () async throws -> Void) async throws {
        try await testGracefulShutdown { trigger in
            let server = Task { try await ServeCommand.run(settings) }
            let outcome: Result<Void, any Error>
            do {
                for _ in 0..<1000 where Endpoint.noted(in: settings.dataFolder) == nil {
                    try await Task.sleep(for: .milliseconds(20))
                }
                try await work()
                outcome = .success(())
            } catch {
                outcome = .failure(error)
            }
            trigger.triggerGracefulShutdown()
            try await server.value
            try outcome.get()
        }
    }

    /// Appends to the log of the execution's only action.
    private static func write(_ text: String, of execution: PipelineExecution, in settings: ServerSettings) throws {
        let file = try ExecutionOperationsTests.log(of: execution, in: settings)
        if !FileManager.default.fileExists(atPath: file.path) { try Data().write(to: file) }
        let handle = try FileHandle(forWritingTo: file)
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    @Test func `wait and tail outlive a restart, and end with the execution`() async throws {
        let folder = try ServerFolder()
        let settings = try Self.settings(folder)
        let execution = try await gateway(settings) { gateway in
            let execution = try await ExecutionOperationsTests.declare(on: gateway.ledger)
            try Self.write("one\ntw", of: execution, in: settings)
            return execution
        }
        let lines = Lines()
        var wait: Task<ExecutionStanding, any Error>?
        var tail: Task<ExecutionStanding, any Error>?
        var going = ContinuousClock.now
        try await serving(settings) {
            wait = Task { try await WaitCommand.wait("shop", execution: nil, timeout: nil, settings: settings) }
            tail = Task {
                var tail = TailCommand(
                    pipeline: "shop", action: nil, follows: true, settings: settings, print: { lines.add($0) })
                return try await tail.run(execution: nil)
            }
            for _ in 0..<500 where lines.all.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
            #expect(lines.all == ["Gate/Approve | one"])
            // Long enough for the long poll to be held when the gateway goes.
            try await Task.sleep(for: .milliseconds(700))
            going = ContinuousClock.now
        }
        #expect(ContinuousClock.now - going < .seconds(15), "the held answer kept the gateway from going")
        try await gateway(settings) { gateway in
            try Self.write("o\nthree", of: execution, in: settings)
            // A newer execution must not take the place of the one that is waited for.
            _ = try await gateway.ledger.perform(
                .start(StartRequest(trigger: ExecutionTrigger(type: .startPipelineExecution))), on: "shop")
            try await ExecutionOperationsTests.answer(.approved, execution.id, on: gateway.ledger)
        }
        try await serving(settings) {
            let waited = try await #require(wait).value
            #expect(waited.hasSucceeded && waited.execution == execution.id.rawValue && waited.number == 1)
            let tailed = try await #require(tail).value
            #expect(tailed.hasSucceeded)
            #expect(lines.all == ["Gate/Approve | one", "Gate/Approve | two", "Gate/Approve | three"])
        }
    }

    @Test func `a time-out, an unknown pipeline and a log that isn't there are told apart`() async throws {
        let folder = try ServerFolder()
        let settings = try Self.settings(folder)
        let execution = try await gateway(settings) { gateway in
            let execution = try await ExecutionOperationsTests.declare(on: gateway.ledger)
            try Self.write("one\n", of: execution, in: settings)
            return execution
        }
        try await serving(settings) {
            let standing = try await WaitCommand.wait("shop", execution: "1", timeout: 1, settings: settings)
            #expect(!standing.isOver && !standing.hasSucceeded)
            #expect(standing.line == "shop execution 1 (\(execution.id)): InProgress")
            let unknown = await #expect(throws: CommandError.self) {
                _ = try await WaitCommand.wait("none", execution: nil, timeout: nil, settings: settings)
            }
            #expect(unknown?.kind == .invalidInput)
            let lines = Lines()
            var tail = TailCommand(
                pipeline: "shop", action: "Approve", follows: false, settings: settings, print: { lines.add($0) })
            _ = try await tail.run(execution: "1")
            #expect(lines.all == ["Gate/Approve | one"])
            let other = await #expect(throws: CommandError.self) {
                var tail = TailCommand(pipeline: "shop", action: "Nope", follows: false, settings: settings)
                _ = try await tail.run(execution: nil)
            }
            #expect(other?.message.hasSuffix("there are: Approve") == true && other?.kind == .invalidInput)
        }
    }

    @Test func `a first contact that fails is unreachable, at once`() async throws {
        let folder = try ServerFolder()
        _ = try await gateway(try Self.settings(folder)) { _ in }
        let settings = try folder.settings(listen: "127.0.0.1:1")
        let error = await #expect(throws: CommandError.self) {
            _ = try await WaitCommand.wait("shop", execution: nil, timeout: nil, settings: settings)
        }
        #expect(error?.kind == .unreachable)
    }

    @Test func `a reader makes whole lines of parts`() {
        var reader = LogReader(prefix: "p | ")
        #expect(reader.take(LogPart(text: "a\nb", nextOffset: 3, isOver: false)) == ["p | a"])
        #expect(reader.take(LogPart(text: "", nextOffset: 3, isOver: false)) == [])
        #expect(reader.take(LogPart(text: "c\n\nd", nextOffset: 7, isOver: true)) == ["p | bc", "p | "])
        #expect(reader.rest() == ["p | d"] && reader.offset == 7)
        reader.finish()
        #expect(reader.rest() == [])
    }

    @Test(arguments: [
        ("Build", "Build", true), ("Build", "uild", false), ("ON_SUCCESS.Alarm", "Alarm", true),
        ("ON_SUCCESS.Alarm", "ON_SUCCESS.Alarm", true), ("a.Alarm", "Alarm", false),
    ])
    func `a log is chosen by its action's or its rule's name`(name: String, wanted: String, isChosen: Bool) {
        let view = LogView(
            id: "i", stage: "S", name: name, status: "Succeeded", isOver: true, size: 0, startTime: Date())
        #expect(view.isOf(wanted) == isChosen)
    }
}
