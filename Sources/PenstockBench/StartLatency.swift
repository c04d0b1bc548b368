import Foundation
import PenstockServer
import PipelineModel
import PluginKit
import Synchronization

/// (b) From the sending of a delivery to the beginning of its first action, over HTTP at a modest rate.
struct StartLatency {
    static let pipelines = 16
    static let deliveries = 200
    static let pause = Duration.milliseconds(25)

    let payload: PushBody
    let runs: Int

    func figures() async throws -> [Figure] {
        let world = try BenchWorld()
        defer { world.remove() }
        try await world.declare((0..<Self.pipelines).map { "acme/follow-\($0)" })
        let marks = StartMarks()
        let gateway = try await world.gateway { job in
            if job.stage == "Source", let commit = job.revision?.revisionValue { marks.note(commit) }
        }
        let samples = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await ServeCommand.listen(gateway) }
            let samples = try await measure(gateway, marks)
            group.cancelAll()
            return samples
        }
        await gateway.close()
        let note = "\(Self.deliveries) deliveries a run, one each \(Self.pause), from sending the request"
        return [
            Figure(
                "accept → first action: p50", samples.map { $0.percentile(0.5) }.median, "ms",
                target: .atMost(20), note: note),
            Figure(
                "accept → first action: p99", samples.map { $0.percentile(0.99) }.median, "ms",
                target: .atMost(100), note: samples.map { $0.percentile(0.99) }.runs),
        ]
    }

    private func measure(_ gateway: Gateway, _ marks: StartMarks) async throws -> [[Double]] {
        while Endpoint.of(gateway.settings).hasSuffix(":0") { try await Task.sleep(for: .milliseconds(5)) }
        let hook = Endpoint.of(gateway.settings) + "/hooks/\(BenchWorld.hook)"
        _ = try await run(gateway, hook, marks, count: 20)
        var samples: [[Double]] = []
        for _ in 0..<runs { samples.append(try await run(gateway, hook, marks, count: Self.deliveries)) }
        return samples
    }

    /// Milliseconds of each delivery.
    private func run(_ gateway: Gateway, _ hook: String, _ marks: StartMarks, count: Int) async throws -> [Double] {
        var sent: [(commit: String, at: ContinuousClock.Instant)] = []
        for number in 0..<count {
            let commit = String(UUID().uuidString.lowercased().replacing("-", with: "") + "00000000")
            let body = payload.bytes(repository: "acme/follow-\(number % Self.pipelines)", commit: commit)
            let request = HTTPClientRequest(
                method: "POST", url: hook, headers: PushBody.headers(of: body), body: .bytes(body))
            sent.append((commit, .now))
            let response = try await gateway.host.http.send(request)
            _ = try await response.body.collect(upTo: 1000)
            guard response.status == 202 else { throw BenchFailure("a delivery was answered \(response.status)") }
            try await Task.sleep(for: Self.pause)
        }
        try await Task.sleep(for: .seconds(1))
        return try sent.map { commit, at in
            guard let begun = marks.time(of: commit) else { throw BenchFailure("commit \(commit) did not start") }
            return (begun - at) / .milliseconds(1)
        }
    }
}

/// When the first action of each commit began.
final class StartMarks: Sendable {
    private let times = Mutex<[String: ContinuousClock.Instant]>([:])

    func note(_ commit: String) { times.withLock { $0[commit] = $0[commit] ?? .now } }
    func time(of commit: String) -> ContinuousClock.Instant? { times.withLock { $0[commit] } }
}
