import Foundation
import PipelineEngine
import PipelineModel
import PluginKit
import Testing

@testable import PenstockServer

/// Old executions go with their logs and with their artifacts in the gateway's own buckets; nothing else goes.
@Suite struct HousekeepingTests {
    @Test func `logs and artifacts go with their execution, and the newest stays whole`() async throws {
        try await ServerBench.with(ServerBench.yaml + "\nretention: {executions: 1}\n") { bench in
            let gateway = bench.gateway
            let traces = try await Self.run(3, on: gateway, bucket: "own")
            await gateway.housekeeping.round()
            #expect(try await Self.numbers(gateway) == [3])
            for trace in traces {
                let isKept = trace.number == 3
                #expect(FileManager.default.fileExists(atPath: trace.log.path) == isKept, "log of \(trace.number)")
                #expect(try await Self.isThere(trace, gateway) == isKept, "artifact of \(trace.number)")
            }
            await gateway.housekeeping.round()
            #expect(try await Self.numbers(gateway) == [3], "a second round finds nothing")
        }
    }

    @Test func `what can't be removed holds up nothing else`() async throws {
        try await ServerBench.with(ServerBench.yaml + "\nretention: {executions: 1}\n") { bench in
            let gateway = bench.gateway
            // The first of two artifacts has a key that no store takes.
            let traces = try await Self.run(2, on: gateway, bucket: "own", spoiled: true)
            await gateway.housekeeping.round()
            #expect(try await Self.numbers(gateway) == [2])
            #expect(try await !Self.isThere(traces[0], gateway))
            #expect(!FileManager.default.fileExists(atPath: traces[0].log.path))
        }
    }

    @Test func `buckets elsewhere keep their objects`() async throws {
        try await ServerBench.with(
            ServerBench.yaml + "\nretention: {executions: 1}\nstores: {foreign: {module: Local}}\n"
        ) { bench in
            let traces = try await Self.run(2, on: bench.gateway, bucket: "foreign")
            await bench.gateway.housekeeping.round()
            #expect(try await Self.numbers(bench.gateway) == [2])
            #expect(try await Self.isThere(traces[0], bench.gateway))
            #expect(!FileManager.default.fileExists(atPath: traces[0].log.path))
        }
    }

    // MARK: A pipeline with a past

    private struct Trace {
        var number: Int
        var log: URL
        var artifact: StoredArtifact
    }

    /// So many executions that ended well, each with a log and an artifact that are really there.
    private static func run(
        _ count: Int, on gateway: Gateway, bucket: BucketName, spoiled: Bool = false
    ) async throws -> [Trace] {
        let type = ActionTypeID(category: .source, owner: .aws, provider: "S3")
        let fetch = ActionDeclaration(
            name: "Fetch", actionTypeId: type,
            outputArtifacts: spoiled
                ? [ArtifactReference(name: "Bad"), ArtifactReference(name: "App")] : [ArtifactReference(name: "App")])
        let declaration = PipelineDeclaration(
            name: "shop", roleArn: "arn:aws:iam::000000000000:role/shop",
            artifactStore: ArtifactStoreDeclaration(location: bucket),
            stages: [StageDeclaration(name: "Source", actions: [fetch])])
        var traces: [Trace] = []
        for number in 1...count {
            let trigger = ExecutionTrigger(type: .startPipelineExecution)
            let command: PipelineCommand =
                number == 1 ? .create(declaration, trigger: trigger) : .start(StartRequest(trigger: trigger))
            _ = try await gateway.ledger.perform(command, on: "shop")
            traces.append(try await finish(number, on: gateway))
        }
        return traces
    }

    /// Does the attempt's work as a runner would.
    private static func finish(_ number: Int, on gateway: Gateway) async throws -> Trace {
        for claimed in try await gateway.ledger.claim(limit: 9, worker: WorkerID("test"), lease: 60) {
            guard case .runAction(let work) = claimed.effect.kind else { continue }
            var outputs = work.action.outputArtifacts
            var output = try #require(outputs.last)
            outputs.removeLast()
            for index in outputs.indices { outputs[index].key = "../outside" }
            let folder = gateway.settings.dataFolder.appending(path: "logs/shop/\(work.action.executionID)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let log = folder.appending(path: "Source.Fetch.log")
            try Data("done\n".utf8).write(to: log)
            let facts = try await gateway.host.stores.store(for: output.bucket).put(
                output.key, file: log, options: PutOptions())
            output.size = facts.size
            _ = try await gateway.ledger.finish(
                claimed.id,
                reporting: .actionSucceeded(ActionReference(work.action), ActionResult(outputs: outputs + [output])),
                on: "shop")
            return Trace(number: number, log: log, artifact: output)
        }
        throw CommandError(.failed, "the attempt of execution \(number) was not given out")
    }

    private static func numbers(_ gateway: Gateway) async throws -> [Int] {
        try await gateway.ledger.executions(of: "shop", before: nil, limit: 9).map(\.number)
    }

    private static func isThere(_ trace: Trace, _ gateway: Gateway) async throws -> Bool {
        let store = try gateway.host.stores.store(for: trace.artifact.bucket)
        return try await store.list(prefix: trace.artifact.key, after: nil, limit: 1).objects.count == 1
    }
}
