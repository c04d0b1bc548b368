import Foundation
import PipelineSimulator
import Testing

/// The scripted scenarios over the ledger on disk: a process that is killed by SIGKILL after a commit, and another one
/// that goes on, come to the same end as one that nobody disturbed.
@Suite struct KilledProcessTests {
    /// Commits after which a process is killed; more of them with `PENSTOCK_CRASHES`.
    private static let places =
        ProcessInfo.processInfo.environment["PENSTOCK_CRASHES"] == nil ? [3, 7, 12] : Array(1...40)

    @Test(arguments: ScriptedScenarios.names)
    func `a killed run comes to the same end`(_ scenario: String) throws {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "killed-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: scratch) }
        let whole = try Self.run(scenario, in: scratch.appending(path: "whole"))
        #expect(whole.status == 0)
        #expect(whole.text.contains("0 effects"))
        for place in Self.places {
            let folder = scratch.appending(path: "killed-\(place)")
            let killed = try Self.run(scenario, in: folder, killAfter: place)
            // A short scenario has come to its end before.
            guard killed.status == SIGKILL else {
                #expect(killed.text == whole.text)
                break
            }
            let resumed = try Self.run(scenario, in: folder)
            #expect(resumed.text == whole.text, "killed after commit \(place)")
        }
    }

    private static func run(
        _ scenario: String, in folder: URL, killAfter: Int? = nil
    ) throws -> (status: Int32, text: String) {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let output = folder.appending(path: "output")
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        let process = Process()
        process.executableURL = try simulator()
        process.arguments = ["--ledger", folder.path, "--scenario", scenario]
        if let killAfter { process.arguments?.append(contentsOf: ["--kill-after", "\(killAfter)"]) }
        let handle = try FileHandle(forWritingTo: output)
        defer { try? handle.close() }
        process.standardOutput = handle
        process.standardError = handle
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return (process.terminationStatus, try String(contentsOf: output, encoding: .utf8))
    }

    private struct Missing: Error, CustomStringConvertible {
        let description =
            "there is no PenstockSimulator beside the tests' binary: swift build --product PenstockSimulator"
    }

    private static func simulator() throws -> URL {
        let own = URL(fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        for place in [own] + CommandLine.arguments.map({ URL(fileURLWithPath: $0) }) {
            let file = place.deletingLastPathComponent().appending(path: "PenstockSimulator")
            if FileManager.default.isExecutableFile(atPath: file.path) { return file }
        }
        throw Missing()
    }
}
