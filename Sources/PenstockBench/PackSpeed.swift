import Foundation
import PenstockServer

/// (d) Packing a large tree, against `zip` and `tar | pigz`, in turns.
struct PackSpeed {
    let runs: Int

    func figures() throws -> [Figure] {
        let world = try BenchWorld()
        defer { world.remove() }
        let tree = try SampleTree(in: world.folder)
        _ = try pack(tree, world)
        let rounds: [Round] = try (0..<runs).map { _ in
            Round(own: try pack(tree, world), zip: try zipped(tree, world), pigz: try pigzed(tree, world))
        }
        let own: [Double] = rounds.map { $0.own.seconds }
        let gaps: [Double] = rounds.map { abs(Double($0.own.size) / Double($0.zip.size) - 1) * 100 }
        let size = "\(tree.count) files, \(tree.size / 1_000_000) MB"
        return [
            Figure("packing", own.median, "s", note: "\(size); \(own.runs)"),
            beside("zip -r -6", rounds, target: 3) { $0.zip },
            beside("tar | pigz -6", rounds, target: 1.5) { $0.pigz },
            Figure("packing: size beside zip's", gaps.median, "%", target: .atMost(2), note: "difference either way"),
            Figure("packing: peak memory", rounds.map { $0.own.memory }.median, "MB", target: .atMost(150)),
        ]
    }

    private func beside(_ name: String, _ rounds: [Round], target: Double, peer: (Round) -> Run) -> Figure {
        let ratios: [Double] = rounds.map { peer($0).seconds / $0.own.seconds }
        let seconds: [Double] = rounds.map { peer($0).seconds }
        return Figure(
            "packing: to \(name)", ratios.median, "×", target: .atLeast(target),
            note: "\(Figure.text(seconds.median)) s there")
    }

    private struct Round {
        let own: Run
        let zip: Run
        let pigz: Run
    }

    private struct Run {
        let seconds: Double
        let size: Int64
        let memory: Double
    }

    private func pack(_ tree: SampleTree, _ world: BenchWorld) throws -> Run {
        try run([CommandLine.executable, "pack", tree.folder.path], making: "own.zip", tree, world)
    }

    private func zipped(_ tree: SampleTree, _ world: BenchWorld) throws -> Run {
        let archive = world.folder.appending(path: "peer.zip")
        return try run(["zip", "-r", "-6", "-q", archive.path, "."], archive, tree, world)
    }

    private func pigzed(_ tree: SampleTree, _ world: BenchWorld) throws -> Run {
        let archive = world.folder.appending(path: "peer.tar.gz")
        let script = "tar -c . | pigz -6 > \"$0\""
        return try run(["bash", "-o", "pipefail", "-c", script, archive.path], archive, tree, world)
    }

    private func run(_ command: [String], making name: String, _ tree: SampleTree, _ world: BenchWorld) throws -> Run {
        let archive = world.folder.appending(path: name)
        return try run(command + [archive.path], archive, tree, world)
    }

    private func run(_ command: [String], _ archive: URL, _ tree: SampleTree, _ world: BenchWorld) throws -> Run {
        try? FileManager.default.removeItem(at: archive)
        let ending = try ChildProcess.run(
            command, output: world.folder.appending(path: "pack.out"), in: tree.folder)
        let values = try archive.resourceValues(forKeys: [.fileSizeKey])
        let name = URL(fileURLWithPath: command[0]).lastPathComponent
        CommandOutput.remark("  \(name) \(Figure.text(ending.seconds)) s, \(values.fileSize ?? 0) bytes")
        return Run(seconds: ending.seconds, size: Int64(values.fileSize ?? 0), memory: ending.peakMemory)
    }
}
