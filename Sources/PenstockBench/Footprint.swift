import Foundation

/// (e) How soon the real gateway is ready and what it holds when nobody asks anything of it.
struct Footprint {
    static let idle: useconds_t = 5_000_000

    let server: URL
    let runs: Int

    func figures() throws -> [Figure] {
        let world = try BenchWorld()
        defer { world.remove() }
        _ = try run(world, idle: 0)
        let starts = try (0..<runs).map { _ in try run(world, idle: 0).start }
        let memory = try (0..<min(runs, 3)).map { _ in try run(world, idle: Self.idle).memory }
        return [
            Figure("start to /readyz", starts.median, "ms", target: .atMost(300), note: starts.runs),
            Figure("idle resident memory", memory.median, "MB", target: .atMost(45), note: "five seconds after"),
        ]
    }

    private func run(_ world: BenchWorld, idle: useconds_t) throws -> (start: Double, memory: Double) {
        let port = try Loopback.freePort()
        let begin = ContinuousClock.now
        let process = try ChildProcess(
            [
                server.path, "serve", "--config", world.configuration.path, "--data", world.data.path, "--listen",
                "127.0.0.1:\(port)",
            ], output: world.folder.appending(path: "gateway.out"))
        defer { process.stop() }
        try Loopback.waitUntilReady("/readyz", port: port)
        let start = begin.secondsToNow * 1000
        usleep(idle)
        return (start, try process.residentMemory)
    }
}
