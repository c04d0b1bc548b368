import Foundation
import Logging
import PipelineEngine
import PipelineModel
import PipelineStore
import Testing

@testable import PenstockServer

@Suite struct ValidateCommandTests {
    private func report(_ text: String, named name: String) throws -> ValidateCommand.FileReport {
        let folder = try ServerFolder()
        let path = try folder.write(text, to: name)
        let reports = try ValidateCommand.report(on: [path], settings: try folder.settings())
        #expect(reports.map(\.file) == [path])
        return reports[0]
    }

    @Test func `a good pipeline has no faults`() throws {
        let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Fixtures/Quickstart/pipeline.json")
        let report = try report(String(contentsOf: fixture, encoding: .utf8), named: "pipeline.json")
        #expect(report.kind == "pipeline")
        #expect(report.faults.map(\.message) == [])
    }

    @Test func `actions of custom types are known from the data folder, also while a gateway runs on it`() async throws
    {
        let folder = try ServerFolder()
        let settings = try folder.settings()
        let path = try folder.write(
            """
            {"name": "p", "roleArn": "arn:aws:iam::000000000000:role/r",
             "artifactStore": {"type": "S3", "location": "artifacts"}, "stages": [
              {"name": "Source", "actions": [{"name": "Fetch", "outputArtifacts": [{"name": "App"}],
                "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "S3", "version": "1"},
                "configuration": {"S3Bucket": "sources", "S3ObjectKey": "app.zip"}}]},
              {"name": "Build", "actions": [{"name": "Work", "configuration": {"Job": "a b"},
                "actionTypeId": {"category": "Build", "owner": "Custom", "provider": "Worker", "version": "1"}}]}]}
            """, to: "p.json")
        func faults() throws -> [String] {
            try ValidateCommand.report(on: [path], settings: settings)[0].faults.map(\.message)
        }
        let unknown = try faults()
        #expect(unknown.count == 1 && unknown[0].contains("is not available in region"))
        let ledger = try await SQLiteLedger(
            folder: settings.dataFolder, settings: EngineSettings(), clock: { 0 },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let none = CustomActionType.ArtifactDetails(minimumCount: 0, maximumCount: 0)
        try await ledger.put(
            CustomActionType(
                category: .build, provider: "Worker", version: "1",
                configurationProperties: [
                    .init(name: "Job", required: true, key: true, secret: false, queryable: true)
                ], inputArtifactDetails: none, outputArtifactDetails: none))
        let known = try faults()
        #expect(known.count == 1 && known[0].contains("invalid value for 'Job'"), "\(known)")
        try await ledger.close()
        #expect(try faults() == known)
    }

    @Test func `every fault of a pipeline has its path and exception`() throws {
        let report = try report(#"{"pipeline": {"name": "a b", "stages": []}}"#, named: "p.json")
        #expect(report.faults.count >= 2)
        #expect(report.faults.allSatisfy { $0.exception.hasSuffix("Exception") && !$0.message.isEmpty })
        #expect(report.faults.contains { $0.path.contains("roleArn") })
    }

    @Test(arguments: ["", "{", "name: x", "\u{0}", "[1,"])
    func `what is no JSON is told with what a buildspec is called`(text: String) throws {
        let report = try report(text, named: "file.txt")
        #expect(report.faults.map(\.exception) == ["SerializationException"])
        #expect(report.faults[0].message.contains("buildspec*.yml"))
    }

    @Test(arguments: ["[]", "5", "null", "{}", "{\"pipeline\": []}"])
    func `JSON that is no pipeline has faults`(text: String) throws {
        #expect(try !report(text, named: "p.json").faults.isEmpty)
    }

    @Test func `a buildspec is known by its name`() throws {
        let good = try report("version: 0.2\nphases: {build: {commands: [make]}}\n", named: "buildspec-x.yml")
        #expect(good.kind == "buildspec" && good.faults.isEmpty)
        let bad = try report("version: 0.2\nphases: [\n", named: "buildspec.yaml")
        #expect(bad.kind == "buildspec" && !bad.faults.isEmpty)
    }

    @Test func `a file that can't be read is named`() throws {
        let settings = try ServerFolder().settings()
        for path in ["/nowhere/p.json", "/tmp"] {
            let error = #expect(throws: CommandError.self) {
                try ValidateCommand.report(on: [path], settings: settings)
            }
            #expect(error?.message == "\(path) can't be read")
        }
    }
}
