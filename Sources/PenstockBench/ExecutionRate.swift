import Foundation
import PenstockServer
import PipelineEngine
import PipelineModel
import PluginKit
import WebhookIntake

/// (c) Executions of three stages whose actions do nothing: from the signed delivery to `Succeeded`.
///
/// Each pipeline gets its next delivery when its last action begins, so that all stay busy and none is superseded.
struct ExecutionRate {
    static let pipelines = 32
    static let executions = 1500
    static let alone = 40

    let payload: PushBody
    let runs: Int

    func figures() async throws -> [Figure] {
        let world = try BenchWorld()
        defer { world.remove() }
        try await world.declare((0..<Self.pipelines).map(Self.repository))
        let (last, ring) = AsyncStream<PipelineName>.makeStream()
        let gateway = try await world.gateway { job in
            if job.stage == "Deploy" { ring.yield(job.pipeline) }
        }
        let bodies = (0..<Self.pipelines).map {
            payload.bytes(repository: Self.repository($0), commit: ExecutionDriver.commit)
        }
        let driver = ExecutionDriver(gateway: gateway, bodies: bodies, last: last)
        let (rates, latencies) = try await gateway.atWork {
            _ = try await driver.rate(of: 300)
            var rates: [Double] = []
            for _ in 0..<runs { rates.append(try await driver.rate(of: Self.executions)) }
            return (rates, try await driver.latencies(of: Self.alone))
        }
        await gateway.close()
        return [
            Figure("executions of three stages", rates.median, "/s", target: .atLeast(200), note: rates.runs),
            Figure("one execution alone: p50", latencies.median, "ms"),
        ]
    }

    private static func repository(_ number: Int) -> String { "acme/follow-\(number)" }
}

private struct ExecutionDriver {
    let gateway: Gateway
    /// In the bodies; each delivery has one of its own in its place.
    static let commit = String(repeating: "a1", count: 20)
    let bodies: [Data]
    let last: AsyncStream<PipelineName>

    func rate(of count: Int) async throws -> Double {
        let before = try await succeeded
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            var started = 0
            for number in bodies.indices where started < count {
                started += 1
                group.addTask { try await deliver(to: number) }
            }
            var ended = 0
            for await pipeline in last {
                ended += 1
                if started < count, let number = Int(pipeline.rawValue.dropFirst("bench-".count)) {
                    started += 1
                    group.addTask { try await deliver(to: number) }
                }
                if ended == count { break }
            }
            try await group.waitForAll()
        }
        try await gateway.waitForSuccess(of: before + count)
        return Double(count) / start.secondsToNow
    }

    /// Milliseconds of executions that have the gateway to themselves.
    func latencies(of count: Int) async throws -> [Double] {
        var latencies: [Double] = []
        for _ in 0..<count {
            let before = try await succeeded
            let start = ContinuousClock.now
            try await deliver(to: 0)
            while try await succeeded == before { try await Task.sleep(for: .microseconds(200)) }
            latencies.append(start.secondsToNow * 1000)
        }
        return latencies
    }

    private var succeeded: Int {
        get async throws { try await gateway.ledger.counts().executionsByStatus[.succeeded] ?? 0 }
    }

    private func deliver(to number: Int) async throws {
        // The same change told twice starts once.
        var body = bodies[number]
        if let place = body.range(of: Data(Self.commit.utf8)) {
            body.replaceSubrange(
                place, with: Data(UUID().uuidString.filter { $0 != "-" }.lowercased().utf8) + Data("00000000".utf8))
        }
        let answer = await gateway.intake.accept(PushBody.delivery(of: body), at: BenchWorld.hook).answer
        guard answer == .accepted else { throw BenchFailure("a delivery was answered '\(answer.code)'") }
    }
}
