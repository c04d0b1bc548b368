import Foundation
import PipelineModel
import PluginKit
import Testing

@testable import CodeBuildPlugin

@Suite struct ArtifactCollectorTests {
    struct Case: Sendable, CustomStringConvertible {
        var files: [String] = ["**/*"]
        var base: String?
        var exclude: [String] = []
        var flat = false
        var links = false
        /// Archive name, or `name=path` where they differ; or the failure.
        let expected: [String]
        var description: String { "\(base ?? ".") \(files) -\(exclude) \(flat)" }

        init(
            _ files: String..., base: String? = nil, exclude: [String] = [], flat: Bool = false, links: Bool = false,
            gives expected: [String]
        ) {
            (self.files, self.base, self.exclude) = (files, base, exclude)
            (self.flat, self.links, self.expected) = (flat, links, expected)
        }
    }

    static let files = [
        "a.txt": "", ".hidden/x.js": "", "build/app.js": "", "build/css/b.css": "", "build/css/deep/c.css": "",
        "build2/d.js": "", "v1.0/same": "1", "v2.0/same": "2", "weird/{a}": "",
    ]

    static let cases: [Case] = [
        Case("a.txt", gives: ["a.txt"]), Case("./a.txt", "a.txt", gives: ["a.txt"]),
        Case(
            "**/*", base: "build", gives: ["app.js", "css/b.css", "css/deep/c.css"].map { "\($0)=build/\($0)" }),
        Case("build/*", gives: ["build/app.js"]),
        Case("build/**", gives: ["build/app.js", "build/css/b.css", "build/css/deep/c.css"]),
        Case("build/css", gives: ["build/css/b.css", "build/css/deep/c.css"]),
        Case("**/*.js", gives: [".hidden/x.js", "build/app.js", "build2/d.js", "linked/app.js=build/app.js"]),
        Case(
            "**/css/**/*.css",
            gives: [
                "build/css/b.css", "build/css/deep/c.css", "linked/css/b.css=build/css/b.css",
                "linked/css/deep/c.css=build/css/deep/c.css",
            ]),
        Case(".hidden/**/*", gives: [".hidden/x.js"]), Case("a.{txt,md}", gives: ["a.txt"]),
        Case("build?/d.j[st]", gives: ["build2/d.js"]),
        Case("$DIR/app.js", "${DIR}2/d.js", gives: ["build/app.js", "build2/d.js"]),
        Case("$SRC/a.txt", gives: ["a.txt"]), Case("app.js", base: "$SRC/build", gives: ["app.js=build/app.js"]),
        Case("**/*", base: "build*", exclude: ["css/**/*"], gives: ["app.js=build/app.js", "d.js=build2/d.js"]),
        Case("**/*", base: "build", exclude: ["css"], gives: ["app.js=build/app.js"]),
        Case(
            "**/*", base: "build", flat: true,
            gives: ["app.js=build/app.js", "b.css=build/css/b.css", "c.css=build/css/deep/c.css"]),
        Case("a.txt", "missing", gives: ["a.txt"]),
        Case("missing", gives: ["no matching artifact paths found"]),
        Case("**/*", base: "nowhere", gives: ["no matching base directory path found for nowhere"]),
        Case("v*/same", flat: true, gives: ["'v1.0/same' and 'v2.0/same' would both be 'same'"]),
        Case("same", base: "v*", gives: ["'v1.0/same' and 'v2.0/same' would both be 'same'"]),
        Case("../x", gives: ["the path '../x' leads out"]),
        Case("/etc/passwd", gives: ["the path '/etc/passwd' leads out"]),
        Case("build/../../x", gives: ["the path 'build/../../x' leads out"]),
        Case("a.txt", base: "../", gives: ["the path '../' leads out"]),
        Case("build/../a.txt", gives: ["a.txt"]),
        Case("linked/*", gives: ["linked/app.js=build/app.js"]), Case("alias", gives: ["alias=a.txt"]),
        Case("alias", links: true, gives: ["alias"]), Case("linked", links: true, gives: ["linked"]),
        Case("out", gives: ["no matching artifact paths found"]),
        Case("out", links: true, gives: ["no matching artifact paths found"]),
        Case("outdir/*", gives: ["no matching artifact paths found"]),
        Case("dangling", gives: ["no matching artifact paths found"]),
        Case("loop/a.txt", gives: ["no matching artifact paths found"]),
    ]

    @Test(arguments: cases) func `patterns name files`(item: Case) throws {
        let bench = try BuildBench()
        let folder = bench.root.appending(path: "source")
        try folder.fill(Self.files)
        for (name, target) in [
            "linked": "build", "alias": "a.txt", "out": "../data/credentials", "outdir": "../data",
            "dangling": "nothing",
            "loop": ".",
        ] {
            try FileManager.default.createSymbolicLink(
                atPath: folder.appending(path: name).path, withDestinationPath: target)
        }
        let source = try #require(RealPath.of(folder.path))
        let collector = ArtifactCollector(
            sourceFolder: source, variables: ["DIR": "build", "SRC": source], log: { bench.log.line($0) })
        let block = Buildspec.Artifacts(
            files: item.files, baseDirectory: item.base, excludePaths: item.exclude, discardPaths: item.flat,
            keepLinks: item.links)
        do {
            let found = try collector.collect(block)
            #expect(found.names.map { $0 == $1 ? $0 : "\($0)=\($1)" }.sorted() == item.expected.sorted())
        } catch {
            #expect(item.expected.count == 1 && error.message.hasPrefix(item.expected[0]), "\(error.message)")
        }
    }

    @Test func `the whole tree is taken once, links within it followed`() throws {
        let bench = try BuildBench()
        let folder = bench.root.appending(path: "source")
        try folder.fill(["a": "", "b/c": ""])
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/b/up", withDestinationPath: "..")
        let source = try #require(RealPath.of(folder.path))
        let collector = ArtifactCollector(sourceFolder: source, variables: [:], log: { _ in })
        #expect(try collector.collect(.init(files: ["**/*", "a"])).names.keys.sorted() == ["a", "b/c"])
    }

    @Test func `one output is the top block`() async throws {
        let bench = try BuildBench()
        let text =
            spec("export N=made; touch made")
            + "artifacts: {files: [$N], secondary-artifacts: {x: {files: [buildspec.yml]}}}"
        let outputs = try #require(try await bench.build(text, outputs: ["x"]).success).outputs
        #expect(outputs["x"]?.names == ["made": "made"])
    }

    @Test func `several outputs are the secondary artifacts of their names`() async throws {
        let bench = try BuildBench()
        let text =
            spec("touch made") + "artifacts: {files: [no], secondary-artifacts: {x: {files: [made]}, y: {files: [b*]}}}"
        let outputs = try #require(try await bench.build(text, outputs: ["x", "y"]).success).outputs
        #expect(outputs["x"]?.names == ["made": "made"])
        #expect(outputs["y"]?.names == ["buildspec.yml": "buildspec.yml"])
        let other = try await bench.build(text, outputs: ["x", "z"]).failure
        #expect(other?.message.contains("no artifacts.secondary-artifacts.z for the output artifact 'z'") == true)
    }

    @Test func `without outputs nothing is looked for`() async throws {
        let bench = try BuildBench()
        #expect(try await bench.build(spec("true") + "artifacts: {files: [no]}").success?.outputs.isEmpty == true)
    }

    @Test func `artifacts are looked for though the build failed, and the command is to blame`() async throws {
        let bench = try BuildBench()
        let failed = try await bench.build(spec("false") + "artifacts: {files: [no]}", outputs: ["x"]).failure
        #expect(failed?.message.contains("command `false`") == true)
        #expect(bench.lines.contains("[Container] Phase complete: UPLOAD_ARTIFACTS State: FAILED"))
        let missing = try await bench.build(spec("true") + "artifacts: {files: [no]}", outputs: ["x"]).failure
        #expect(missing?.message.hasSuffix("Phase UPLOAD_ARTIFACTS: no matching artifact paths found") == true)
    }

    @Test func `a source that was replaced by a link is not read`() async throws {
        let bench = try BuildBench()
        let text = spec("cd .. && mv app old && ln -s ../../.. app") + "artifacts: {files: ['**/*']}"
        let failed = try await bench.build(text, outputs: ["x"]).failure
        #expect(failed?.message.contains("replaced by a link") == true)
    }
}
