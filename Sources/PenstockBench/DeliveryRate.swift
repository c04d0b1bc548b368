import Foundation
import PenstockServer
import PipelineModel

/// (a) Accepted deliveries a second, against `webhook` on the same machine in turns.
struct DeliveryRate {
    let payload: PushBody
    let runs: Int
    let seconds: Int

    /// The real gateway; none of its hundred pipelines follows the repository.
    func withoutMatch(_ server: URL) async throws -> [Figure] {
        let rounds = try await rounds(following: (0..<100).map { "acme/other-\($0)" }) { world, listen in
            [
                server.path, "serve", "--config", world.configuration.path, "--data", world.data.path, "--listen",
                listen,
            ]
        }
        return figures(rounds, name: "deliveries, none matches", ratio: 1.5, p99: .atMost(30))
    }

    /// The same gateway with actions that do nothing; one of its hundred pipelines follows the repository.
    func withStarts() async throws -> [Figure] {
        let repositories = [payload.repository] + (1..<100).map { "acme/other-\($0)" }
        let rounds = try await rounds(following: repositories, isEachNew: true) { world, listen in
            [
                CommandLine.executable, "serve-noop", "--config", world.configuration.path, "--data",
                world.data.path, "--listen", listen,
            ]
        }
        return figures(rounds, name: "deliveries, each starts", ratio: 0.75, p99: .none)
    }

    private struct Round {
        let gateway: LoadGenerator.Load
        let peer: LoadGenerator.Load
    }

    private func rounds(
        following repositories: [String], isEachNew: Bool = false, command: (BenchWorld, String) -> [String]
    ) async throws -> [Round] {
        let world = try BenchWorld()
        defer { world.remove() }
        try await world.declare(repositories)
        let port = try Loopback.freePort()
        let gateway = try ChildProcess(
            command(world, "127.0.0.1:\(port)"), output: world.folder.appending(path: "gateway.out"))
        defer { gateway.stop() }
        try Loopback.waitUntilReady("/readyz", port: port)
        let peer = try WebhookPeer(in: world.folder)
        defer { peer.stop() }
        try peer.check(payload.bytes)
        return try rounds(world, gateway: "http://127.0.0.1:\(port)/hooks/", isEachNew: isEachNew, peer: peer)
    }

    private func rounds(
        _ world: BenchWorld, gateway: String, isEachNew: Bool, peer: WebhookPeer
    ) throws -> [Round] {
        let signed = try LoadGenerator(body: payload.bytes, in: world.folder)
        let hook = gateway + (isEachNew ? BenchWorld.openHook : BenchWorld.hook.rawValue)
        var load = signed
        if isEachNew {
            // The same change told twice starts once.
            let folder = world.folder.appending(path: "varied", directoryHint: .isDirectory)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            load = try LoadGenerator(body: payload.bytes, varying: payload.commit, in: folder)
        }
        _ = try load.run(hook, seconds: 1)
        _ = try signed.run(peer.url, seconds: 1)
        return try (0..<runs).map { _ in
            let round = Round(
                gateway: try load.run(hook, seconds: seconds), peer: try signed.run(peer.url, seconds: seconds))
            CommandOutput.remark(
                "  gateway \(Figure.text(round.gateway.requestsPerSecond))/s p99 \(Figure.text(round.gateway.p99)) ms,"
                    + " webhook \(Figure.text(round.peer.requestsPerSecond))/s p99 \(Figure.text(round.peer.p99)) ms")
            guard round.gateway.failures == 0, round.peer.failures == 0 else {
                throw BenchFailure("\(round.gateway.failures) + \(round.peer.failures) deliveries were not accepted")
            }
            return round
        }
    }

    private func figures(_ rounds: [Round], name: String, ratio: Double, p99: Figure.Target) -> [Figure] {
        let own = rounds.map(\.gateway.requestsPerSecond)
        let peer = rounds.map(\.peer.requestsPerSecond)
        return [
            Figure("\(name): rate", own.median, "/s", note: own.runs),
            Figure(
                "\(name): to webhook", zip(own, peer).map { $0 / $1 }.median, "×", target: .atLeast(ratio),
                note: "webhook \(Figure.text(peer.median))/s, checking the signature alone"),
            Figure("\(name): p99", rounds.map(\.gateway.p99).median, "ms", target: p99),
        ]
    }
}

extension CommandLine {
    /// This program, to be started again as another process.
    static var executable: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? arguments[0]
    }
}
