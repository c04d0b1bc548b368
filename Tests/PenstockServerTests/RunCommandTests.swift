import Foundation
import PluginKit
import Testing

@testable import PenstockServer

@Suite struct RunCommandTests {
    /// A folder's build is approved and deployed to a bucket.
    private static let definition = """
        {"pipeline": {
          "name": "tiny", "roleArn": "arn:aws:iam::000000000000:role/p", "pipelineType": "V2",
          "artifactStore": {"type": "S3", "location": "artifacts"},
          "variables": [{"name": "Who", "defaultValue": "nobody"}],
          "stages": [
            {"name": "Source", "actions": [{"name": "App", "outputArtifacts": [{"name": "Source"}],
              "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "S3", "version": "1"},
              "configuration": {"S3Bucket": "x", "S3ObjectKey": "y"}}]},
            {"name": "Build", "actions": [{"name": "Make", "inputArtifacts": [{"name": "Source"}],
              "outputArtifacts": [{"name": "Site"}],
              "actionTypeId": {"category": "Build", "owner": "AWS", "provider": "CodeBuild", "version": "1"},
              "configuration": {"ProjectName": "site", "EnvironmentVariables":
                "[{\\"name\\":\\"WHO\\",\\"value\\":\\"#{variables.Who}\\"}]"}}]},
            {"name": "Release", "actions": [
              {"name": "Ask", "runOrder": 1,
                "actionTypeId": {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"}},
              {"name": "Put", "runOrder": 2, "inputArtifacts": [{"name": "Site"}],
                "actionTypeId": {"category": "Deploy", "owner": "AWS", "provider": "S3", "version": "1"},
                "configuration": {"BucketName": "site", "Extract": "true", "ObjectKey": "v1"}}]}]}}
        """
    private static let buildspec = """
        version: 0.2
        phases:
          build:
            commands:
              - mkdir -p out/sub && tr a-z A-Z < greeting.txt > out/loud.txt && echo "for $WHO" > out/sub/who.txt
              - test ! -e .penstock && test ! -e fail
        artifacts:
          base-directory: out
          files: ['**/*']
        """

    private func folder() throws -> ServerFolder {
        let folder = try ServerFolder()
        try folder.write(Self.definition, to: "pipeline.json")
        try folder.write(Self.buildspec, to: "app/buildspec.yml")
        try folder.write("hello\n", to: "app/greeting.txt")
        return folder
    }

    private func request(
        _ folder: ServerFolder, _ approvals: RunRequest.Approvals = .all, keep: Bool = false, out: String = "out"
    ) throws -> RunRequest {
        RunRequest(
            definition: folder.url.appending(path: "pipeline.json"),
            sources: [try RunSource(parsing: "App=\(folder.url.path)/app")], variables: ["Who": "you"],
            approvals: approvals, dataFolder: keep ? folder.data : nil,
            exports: [try RunExport(parsing: "site=\(folder.url.path)/\(out)")])
    }

    @Test func `a folder is built apart from the machine, approved, deployed and exported`() async throws {
        let folder = try folder()
        // A gateway's data folder lies in the source: its keys are no part of it.
        try folder.write("secret", to: "app/.penstock/credentials")
        var settings = try folder.settings()
        settings.dataFolder = folder.url.appending(path: "app/.penstock")
        #expect(try await RunCommand.run(try request(folder), settings: settings))
        #expect(try folder.read("out/v1/loud.txt") == "HELLO\n")
        #expect(try folder.read("out/v1/sub/who.txt") == "for you\n")
        #expect(try FileManager.default.subpathsOfDirectory(atPath: folder.url.path + "/out").count == 4)
        #expect(!FileManager.default.fileExists(atPath: folder.data.path))
    }

    @Test func `a rejected run fails and exports nothing`() async throws {
        let folder = try folder()
        #expect(try await !RunCommand.run(try request(folder, .none), settings: try folder.settings()))
        #expect(!FileManager.default.fileExists(atPath: folder.url.path + "/out"))
    }

    @Test func `a failing build fails the run`() async throws {
        let folder = try folder()
        try folder.write("", to: "app/fail")
        #expect(try await !RunCommand.run(try request(folder), settings: try folder.settings()))
    }

    @Test func `a kept data folder takes the definition anew and runs again`() async throws {
        let folder = try folder()
        #expect(try await RunCommand.run(try request(folder, keep: true), settings: try folder.settings()))
        try folder.write("bye\n", to: "app/greeting.txt")
        #expect(try await RunCommand.run(try request(folder, keep: true, out: "two"), settings: try folder.settings()))
        #expect(try folder.read("two/v1/loud.txt") == "BYE\n")
        #expect(FileManager.default.fileExists(atPath: folder.data.path + "/ledger.sqlite"))
    }

    @Test func `a repository stands in for a source`() async throws {
        let folder = try folder()
        let app = folder.url.path + "/app"
        let git = ["-C", app, "-c", "user.name=T", "-c", "user.email=t@example.com"]
        for command in [["init", "-q", "-b", "dev/one"], ["add", "."], ["commit", "-q", "-m", "one"]] {
            _ = try output(of: "/usr/bin/git", git + command)
        }
        try folder.write("uncommitted\n", to: "app/greeting.txt")
        var request = try request(folder)
        request.sources = [try RunSource(parsing: "App=\(app)@dev/one")]
        #expect(try await RunCommand.run(request, settings: try folder.settings()))
        #expect(try folder.read("out/v1/loud.txt") == "HELLO\n")
    }

    @Test func `a full export folder is told before anything runs`() async throws {
        let folder = try folder()
        try folder.write("mine", to: "out/file")
        let request = try request(folder, keep: true)
        let settings = try folder.settings()
        let error = await #expect(throws: CommandError.self) {
            try await RunCommand.run(request, settings: settings)
        }
        #expect(error?.message.contains("--export") == true)
        #expect(!FileManager.default.fileExists(atPath: folder.data.path))
    }

    @Test func `a definition that AWS would refuse is refused with its exception`() async throws {
        let folder = try folder()
        try folder.write(Self.definition.replacing("\"Extract\"", with: "\"Extrct\""), to: "pipeline.json")
        let request = try request(folder)
        let settings = try folder.settings()
        let error = await #expect(throws: CommandError.self) {
            try await RunCommand.run(request, settings: settings)
        }
        #expect(error?.kind == .invalidInput)
        #expect(error?.message.contains("Exception") == true, "\(error?.message ?? "")")
    }
}
