import Foundation
import PenstockServer
import PluginKit
import WebhookIntake

/// What a delivery of each host costs to normalise, and the intake under a mixture of them all.
struct HostDeliveries {
    static let deliveries = 10_000
    private static let parses = 2_000

    let server: URL
    let fixtures: URL
    let runs: Int

    func figures() throws -> [Figure] {
        let samples = try HostSample.all(in: fixtures, secret: BenchWorld.secret)
        return try samples.map(normalising) + mixed(samples)
    }

    private func normalising(_ sample: HostSample) throws -> Figure {
        let world = try BenchWorld()
        defer { world.remove() }
        guard case .immediate(let provider)? = try Modules(world.settings()).translators[sample.scheme] else {
            throw BenchFailure("no module reads \(sample.scheme)")
        }
        let delivery = WebhookDelivery(headers: sample.headers, body: sample.body)
        let verified = VerifiedDelivery(verified: delivery, event: sample.event.value)
        let times = try (0..<runs).map { _ in
            let start = ContinuousClock.now
            for _ in 0..<Self.parses { _ = try provider.parse(verified) }
            return start.secondsToNow * 1e6 / Double(Self.parses)
        }
        return Figure(
            "normalise \(sample.scheme) push", times.median, "µs", note: "\(sample.body.count) bytes, \(times.runs)")
    }

    /// Ten thousand deliveries, each with an id of its own, the hosts in turn; no pipeline follows them.
    private func mixed(_ samples: [HostSample]) throws -> [Figure] {
        let world = try BenchWorld()
        defer { world.remove() }
        let connections = samples.map {
            "  \($0.scheme): {provider: \($0.scheme), url: \"https://\($0.scheme).example\"}\n"
        }
        let hooks = samples.map { sample in
            "  \(sample.scheme): {provider: \(sample.scheme), connection: \(sample.scheme), id: hook-\(sample.scheme), "
                + "secret: \"\(BenchWorld.secret)\"}\n"
        }
        let text = "log_level: error\nconnections:\n\(connections.joined())hooks:\n\(hooks.joined())"
        try Data(text.utf8).write(to: world.configuration)
        let port = try Loopback.freePort()
        let gateway = try ChildProcess(
            [
                server.path, "serve", "--config", world.configuration.path, "--data", world.data.path, "--listen",
                "127.0.0.1:\(port)",
            ], output: world.folder.appending(path: "gateway.out"))
        defer { gateway.stop() }
        try Loopback.waitUntilReady("/readyz", port: port)
        let load = try MixedLoad(samples, in: world.folder)
        let taken = try load.run(port: port, count: Self.deliveries)
        guard taken.failures == 0, taken.requests >= Self.deliveries else {
            throw BenchFailure("\(taken.failures) of \(taken.requests) mixed deliveries were not accepted")
        }
        return [
            Figure(
                "deliveries of five hosts mixed: rate", taken.requestsPerSecond, "/s",
                note: "\(taken.requests) deliveries"),
            Figure("deliveries of five hosts mixed: p99", taken.p99, "ms"),
            Figure("deliveries of five hosts mixed: memory", try gateway.residentMemory, "MB", note: "resident, after"),
        ]
    }
}
