import Foundation
import Testing

/// The commands that need no gateway, and what those say that need one.
@Suite(.serialized) struct CommandTests {
    private func penstock(_ arguments: String..., in scratch: Scratch) async throws -> Command.Output {
        try await Command(.penstock, arguments, in: scratch.root).run()
    }

    private var quickstart: String { Fixture.folder.appending(path: "Quickstart/pipeline.json").path }

    private func repository(_ files: [String: String], in scratch: Scratch) async throws -> String {
        let folder = scratch.url("repository")
        for (path, text) in files { try scratch.write(text, to: "repository/\(path)") }
        let script = """
            git init -q -b main && git add . &&
            git -c user.name=Ines -c user.email=ines@acme.example commit -q -m First && git rev-parse HEAD
            """
        return try await Command(.sh, ["-ec", script], in: folder).checked().text
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test func `run takes a repository to a deployed folder and lists the artifacts`() async throws {
        let scratch = try Scratch("run")
        defer { scratch.remove() }
        let commit = try await repository(Fixture.quickstart(), in: scratch)
        let run = try await penstock(
            "run", quickstart, "--source", "Repository=repository@main", "--export", "quickstart-site=site",
            in: scratch)
        #expect(run.status == 0, "\(run.text)\(run.stderr)")
        #expect(run.text.contains("quickstart: Succeeded in"))
        for name in ["Source", "Website", "Report"] {
            let line = try #require(run.text.split(separator: "\n").first { $0.hasPrefix("  \(name) ") })
            #expect(line.contains("sha256:") && line.contains("s3://quickstart-artifacts/"))
        }
        for page in ["index", "about"] {
            let text = try String(contentsOf: scratch.url("site/\(page).html"), encoding: .utf8)
            #expect(text.hasSuffix("<footer>built from \(commit)</footer>\n"))
        }
        #expect(!FileManager.default.fileExists(atPath: scratch.url(".penstock").path))
    }

    @Test func `run answers approvals as it is told`() async throws {
        let scratch = try Scratch("approve")
        defer { scratch.remove() }
        try scratch.write("a page\n", to: "folder/page.txt")
        let definition = Definition(
            "asking", artifacts: "artifacts", stages: [Definition.source, Definition.approval])
        try scratch.write(try (["pipeline": definition.json] as JSON).text, to: "pipeline.json")
        let arguments = ["run", "pipeline.json", "--source", "Repository=folder", "--approve"]
        let all = try await Command(.penstock, arguments + ["all"], in: scratch.root).run()
        #expect(all.status == 0, "\(all.text)\(all.stderr)")
        let none = try await Command(.penstock, arguments + ["none"], in: scratch.root).run()
        #expect(none.status == 1)
        #expect(none.text.contains("asking: Failed"))
    }

    @Test func `run says which action failed and why`() async throws {
        let scratch = try Scratch("fails")
        defer { scratch.remove() }
        for (path, text) in Steps.files { try scratch.write(text, to: "folder/\(path)") }
        let definition = Definition(
            "failing", artifacts: "artifacts",
            stages: [Definition.source, Definition.build(buildspec: "buildspec-fails.yml")])
        try scratch.write(try definition.json.text, to: "pipeline.json")
        let run = try await penstock("run", "pipeline.json", "--source", "Repository=folder", in: scratch)
        #expect(run.status == 1)
        #expect(run.text.contains("Build/Website | this build fails"))
        #expect(run.text.contains("Build/Website: JobFailed"))
    }

    struct Usage: Sendable, CustomTestStringConvertible {
        let arguments: [String]
        let says: String
        var testDescription: String { arguments.joined(separator: " ") }
    }

    static let usages = [
        Usage(arguments: ["run", "none.json"], says: "can't be read"),
        Usage(arguments: ["run", "bad.json"], says: "InvalidStructureException"),
        Usage(arguments: ["run", "buildspec.yml"], says: "is not JSON"),
        Usage(arguments: ["run", "bad.json", "--source", "nothing"], says: "NAME=DIR_OR_URL"),
        Usage(arguments: ["run", "bad.json", "--approve", "maybe"], says: "maybe"),
        Usage(arguments: ["serve", "--listen", "nowhere"], says: "HOST:PORT"),
        Usage(arguments: ["serve", "--config", "none.yaml"], says: "can't be read"),
        Usage(arguments: ["env"], says: "penstock serve"),
        Usage(arguments: ["modules", "describe", "Nothing"], says: "CodeBuild"),
        Usage(arguments: ["nothing"], says: "nothing"),
    ]

    @Test(arguments: usages) func `wrong input ends with 2 and the remedy`(usage: Usage) async throws {
        let scratch = try Scratch("usage")
        defer { scratch.remove() }
        let one = Definition("one", artifacts: "artifacts", stages: [Definition.source])
        try scratch.write(try one.json.text, to: "bad.json")
        try scratch.write("version: 0.2\n", to: "buildspec.yml")
        let output = try await Command(.penstock, usage.arguments, in: scratch.root).run()
        #expect(output.status == 2)
        #expect(output.stderr.contains(usage.says), "\(output.stderr)\(output.text)")
    }

    @Test func `validate names every fault with its path`() async throws {
        let scratch = try Scratch("validate")
        defer { scratch.remove() }
        let good = try await penstock(
            "validate", quickstart, Fixture.folder.appending(path: "Quickstart/source/buildspec.yml").path, in: scratch)
        #expect(good.status == 0, "\(good.text)\(good.stderr)")
        let one = Definition("one", artifacts: "artifacts", stages: [Definition.source])
        try scratch.write(try one.json.text, to: "bad.json")
        try scratch.write("version: 0.2\nphases: {build: {on-failure: MAYBE, commands: [make]}}\n", to: "buildspec.yml")
        let bad = try await penstock("validate", "bad.json", "buildspec.yml", "--output", "json", in: scratch)
        #expect(bad.status == 1)
        let reports = try JSON(parsing: bad.stdout)
        #expect(reports[0]["faults"][0]["exception"] == "InvalidStructureException")
        #expect(reports[1]["kind"] == "buildspec")
        #expect(reports[1]["faults"].items.contains { $0["path"] == "phases.build.on-failure" })
        #expect(try await penstock("validate", "none.json", in: scratch).status == 2)
    }

    @Test func `modules and doctor tell what is there and what is wrong`() async throws {
        let scratch = try Scratch("modules")
        defer { scratch.remove() }
        let list = try JSON(parsing: try await penstock("modules", "list", "--output", "json", in: scratch).stdout)
        #expect(
            list.items.compactMap(\.["name"].string).sorted() == [
                "Bitbucket", "CodeBuild", "Git", "GitHub", "GitLab", "Gitea", "Jenkins", "Local", "S3", "StageRules",
            ])
        let described = try await penstock("modules", "describe", "codebuild", in: scratch)
        #expect(described.text.contains("isolation"))
        let empty = try await penstock("doctor", in: scratch)
        #expect(empty.text.contains("does not exist yet"))
        let gateway = try Gateway(configuration: "")
        try await gateway.start()
        #expect(try await gateway.penstock("doctor").status == 0)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o644], ofItemAtPath: gateway.data.path + "/credentials")
        let open = try await gateway.penstock("doctor", "--output", "json")
        #expect(open.status == 1)
        #expect(open.text.contains("credentials"))
    }

    @Test func `a command about a gateway that isn't there ends with 3`() async throws {
        let gateway = try Gateway(configuration: "listen: 127.0.0.1:1\n")
        try await gateway.start()
        #expect(try await gateway.terminate() == 0)
        let list = try await gateway.penstock("deliveries", "list")
        #expect(list.status == 3)
        #expect(list.stderr.contains("penstock serve"))
    }

    @Test func `one data folder belongs to one gateway`() async throws {
        let gateway = try Gateway(configuration: "")
        try await gateway.start()
        let second = try await gateway.penstock("serve", "--listen", "127.0.0.1:0")
        #expect(second.status == 1)
        #expect(second.stderr.contains(gateway.data.path))
        let answers = [
            try await HTTP.get(try gateway.endpoint + "/healthz"), try await HTTP.get(try gateway.endpoint + "/readyz"),
            try await HTTP.get(try gateway.endpoint + "/version"),
            try await HTTP.get(try gateway.endpoint + "/metrics"),
        ]
        #expect(answers.map(\.status) == [200, 200, 200, 200])
    }
}
