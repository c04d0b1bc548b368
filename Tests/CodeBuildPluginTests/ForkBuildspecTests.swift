import Foundation
import PipelineModel
import PluginKit
import Testing

@testable import CodeBuildPlugin

/// What a fork's pull request has built: no file of its own says how.
@Suite struct ForkBuildspecTests {
    private static let files = [
        "buildspec.yml": spec("echo RAN"), "ci/other.yml": spec("echo RAN"), "docs/note.yml": spec("echo RAN"),
    ]

    /// - Parameter ran: whether the build may run by this file.
    static let cases: [(path: String?, protected: [String]?, ran: Bool)] = [
        (nil, ["buildspec.yml"], true), (nil, nil, false), (nil, [], false), (nil, ["ci/**"], false),
        ("ci/other.yml", ["ci/*"], true), ("./ci/../ci//other.yml", ["ci/*"], true),
        ("ci/other.yml", ["buildspec.yml", "**/buildspec*.yml"], false),
        // A way round that a fork has laid: the link stands under a protected name, its goal doesn't.
        ("ci/link.yml", ["ci/*"], false), ("ci/link.yml", ["ci/*", "docs/*"], true), ("ci/link.yml", ["**"], true),
        (spec("echo RAN"), nil, true),
    ]

    @Test(arguments: cases) func `a buildspec that a stranger may have written is refused`(
        path: String?, protected: [String]?, ran: Bool
    ) async throws {
        let bench = try BuildBench()
        let job = try bench.job(
            inputs: ["app": Self.files], configuration: path.map { ["BuildspecOverride": $0] } ?? [:],
            isUntrusted: true, protectedPaths: protected)
        let link = job.inputs[0].contents.appending(path: "ci/link.yml").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "../docs/note.yml")
        let outcome = try await bench.run(job)
        #expect(bench.lines.contains("RAN") == ran, "\(bench.lines)")
        guard !ran else { return }
        let failure = try #require(outcome.failure)
        #expect(failure.type == .permissionError && failure.message.contains("fork_protected"), "\(failure.message)")
        #expect(failure.message.contains("'\(path ?? "buildspec.yml")'"))
    }

    @Test func `a trusted execution reads what it likes`() async throws {
        let bench = try BuildBench()
        let job = try bench.job(inputs: ["app": Self.files], configuration: ["BuildspecOverride": "ci/other.yml"])
        #expect(try await bench.run(job).success != nil)
        #expect(bench.lines.contains("RAN"))
    }
}
