import Foundation
import Testing

/// How the commands about executions read their command lines: the program itself, without a gateway.
@Suite struct CommandLineTests {
    struct Ended: Sendable {
        let status: Int32
        let out: String
        let err: String
    }

    private static func penstock(_ arguments: [String]) throws -> Ended {
        let own = URL(fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        let places = [own] + CommandLine.arguments.map { URL(fileURLWithPath: $0) }
        let program = places.map { $0.deletingLastPathComponent().appending(path: "penstock") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
        let process = Process()
        let found: URL = try #require(program, "swift build --product penstock")
        process.executableURL = found
        process.arguments = arguments
        let (out, err) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (out, err)
        try process.run()
        let text = try out.fileHandleForReading.readToEnd() ?? Data()
        let remark = try err.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Ended(
            status: process.terminationStatus, out: String(decoding: text, as: UTF8.self),
            err: String(decoding: remark, as: UTF8.self))
    }

    /// Arguments, and what the refusal names.
    @Test(arguments: [
        (["wait"], "<pipeline>"), (["wait", "shop", "--timeout", "-1"], "--timeout"),
        (["wait", "shop", "--timeout", "soon"], "--timeout"), (["wait", "shop", "1", "2"], "2"),
        (["tail"], "<pipeline>"), (["tail", "shop", "--output", "json"], "--output"),
        (["explain", "execution"], "<id>"), (["explain", "pipeline"], "<name>"),
        (["explain", "delivery", "first"], "first"), (["explain", "nothing"], "nothing"),
    ])
    func `a wrong command line is refused with 2`(arguments: [String], named: String) throws {
        let ended = try Self.penstock(arguments)
        #expect(ended.status == 2 && ended.err.contains(named), "\(ended)")
    }

    @Test(arguments: [
        ["wait", "shop"], ["tail", "-f", "shop", "7", "--action", "Build"], ["explain", "execution", "e"],
    ])
    func `a data folder that was never used is named`(arguments: [String]) throws {
        let folder = try ServerFolder()
        let ended = try Self.penstock(arguments + ["--data", folder.data.path])
        #expect(ended.status == 2 && ended.err.contains(folder.data.path), "\(ended)")
    }

    @Test func `where nobody listens, wait, tail and explain end with 3`() throws {
        let folder = try ServerFolder()
        try FileManager.default.createDirectory(at: folder.data, withIntermediateDirectories: true)
        try folder.write("listen: 127.0.0.1:1\n", to: "penstock.yaml")
        try folder.write(
            "[default]\naws_access_key_id = AKIDEXAMPLE000000000\naws_secret_access_key = abcdefgh\n",
            to: "data/credentials")
        for arguments in [["wait", "shop"], ["tail", "shop"], ["explain", "pipeline", "shop"]] {
            let place = ["--data", folder.data.path, "--config", folder.url.appending(path: "penstock.yaml").path]
            let ended = try Self.penstock(arguments + place)
            #expect(ended.status == 3 && ended.err.contains("penstock serve"), "\(arguments): \(ended)")
        }
    }
}
