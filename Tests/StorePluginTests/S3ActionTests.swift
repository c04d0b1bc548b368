import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import S3Plugin

@Suite struct S3SourceActionTests {
    let source = S3SourceAction()

    func run(
        _ world: S3World, _ configuration: [String: String] = [:], revision: SourceRevisionOverride? = nil
    ) async throws -> (outcome: ActionOutcome, content: String?) {
        let basic = ["S3Bucket": world.bucket.rawValue, "S3ObjectKey": "app.zip"]
        let job = try world.host.job(
            source.type.id, configuration: basic.merging(configuration) { $1 }, outputs: ["App"], revision: revision)
        let outcome = await source.run(job, on: world.host)
        guard case .succeeded(let success) = outcome, case .file(let file) = success.outputs["App"] else {
            return (outcome, nil)
        }
        return (outcome, try String(contentsOf: file, encoding: .utf8))
    }

    func override(_ kind: SourceRevisionOverride.Kind, _ value: String) -> SourceRevisionOverride {
        SourceRevisionOverride(actionName: "Action", revisionType: kind, revisionValue: value)
    }

    @Test func `the newest version is fetched as it is`() async throws {
        try await S3World.with(versioned: true) { world in
            _ = try await world.put("app.zip", "old")
            let facts = try await world.put("app.zip", "new")
            let (outcome, content) = try await run(world)
            guard case .succeeded(let success) = outcome else { return _ = Issue.record("\(outcome)") }
            let version = try #require(facts.version)
            #expect(content == "new")
            #expect(
                success.variables == [
                    "BucketName": world.bucket.rawValue, "ObjectKey": "app.zip", "ETag": facts.etag ?? "",
                    "VersionId": version,
                ])
            #expect(success.revision?.revisionID == version)
            #expect(success.revision?.changeIdentifier == facts.etag)
            #expect(success.revision?.summary == "Amazon S3 version id: \(version)")
            #expect(success.progress.externalExecutionID == version)
        }
    }

    @Test func `the asked-for version is fetched`() async throws {
        try await S3World.with(versioned: true) { world in
            let old = try await world.put("app.zip", "old")
            _ = try await world.put("app.zip", "new")
            let version = try #require(old.version)
            #expect(try await run(world, revision: override(.s3ObjectVersionID, version)).content == "old")
        }
    }

    @Test func `another key is fetched only where that is allowed`() async throws {
        try await S3World.with { world in
            _ = try await world.put("other.zip", "other")
            let asked = override(.s3ObjectKey, "other.zip")
            let allowed = try await run(world, ["AllowOverrideForS3ObjectKey": "true"], revision: asked)
            #expect(allowed.content == "other")
            guard case .failed(let failure) = try await run(world, revision: asked).outcome else {
                return _ = Issue.record("it was taken")
            }
            #expect(failure.type == .configurationError)
            guard case .failed = try await run(world, revision: override(.commitID, "abc")).outcome else {
                return _ = Issue.record("it was taken")
            }
        }
    }

    @Test func `without versions the ETag is the revision, and metadata the summary`() async throws {
        try await S3World.with { world in
            let name = "x-amz-meta-codepipeline-artifact-revision-summary"
            _ = try await world.store.client.send(
                .init(method: "PUT", key: "app.zip", headers: [(name: name, value: "release 7")], body: .bytes(Data())))
            guard case .succeeded(let success) = try await run(world).outcome else { return #expect(Bool(false)) }
            #expect(success.revision?.revisionID == "d41d8cd98f00b204e9800998ecf8427e")
            #expect(success.revision?.summary == "release 7")
            #expect(success.variables["VersionId"] == "null")
        }
    }

    @Test func `what is not there is named`() async throws {
        try await S3World.with { world in
            guard case .failed(let failure) = try await run(world).outcome else { return #expect(Bool(false)) }
            #expect(failure.type == .revisionUnavailable)
            #expect(failure.message.contains("no object 'app.zip' in bucket '\(world.bucket)'"))
            guard case .failed(let bucket) = try await run(world, ["S3Bucket": "absent"]).outcome else {
                return #expect(Bool(false))
            }
            #expect(bucket.type == .configurationError)
            #expect(bucket.message.contains("stores.absent"))
        }
    }
}

@Suite struct S3DeployActionTests {
    let deploy = S3DeployAction()

    func run(_ world: S3World, _ configuration: [String: String], input: InputArtifact) async throws -> ActionOutcome {
        let basic = ["BucketName": world.bucket.rawValue]
        let job = try world.host.job(
            deploy.type.id, configuration: basic.merging(configuration) { $1 }, inputs: [input], id: "job-1")
        return await deploy.run(job, on: world.host)
    }

    @Test func `extracted files are put below the prefix with their types`() async throws {
        try await S3World.with { world in
            let input = try world.host.input(
                "Site", files: ["index.html": "<p>", "css/a b.css": "p{}", "bin/tool": "x"])
            let outcome = try await run(
                world, ["Extract": "true", "ObjectKey": "site/v1", "CacheControl": "max-age=9"], input: input)
            guard case .succeeded(let success) = outcome else { return _ = Issue.record("\(outcome)") }
            #expect(success.progress.externalExecutionID == "\(world.bucket)/site/v1")
            #expect(
                try await world.keys().sorted() == ["site/v1/bin/tool", "site/v1/css/a b.css", "site/v1/index.html"])
            #expect(try await world.text("site/v1/css/a b.css") == "p{}")
            #expect(try await world.store.head("site/v1/index.html", version: nil).contentType == "text/html")
            #expect(try await world.store.head("site/v1/bin/tool", version: nil).contentType == "binary/octet-stream")
            #expect(
                world.host.recorded.lines.contains("put s3://\(world.bucket)/site/v1/index.html (3 bytes, text/html)"))
        }
    }

    @Test func `an archive is put as it was fetched, and again without harm`() async throws {
        try await S3World.with { world in
            let input = try world.host.input("Site", files: ["a": "b"], archive: Data("the archive".utf8))
            for _ in 1...2 {
                let outcome = try await run(
                    world, ["Extract": "false", "ObjectKey": "releases/{uuid}.zip"], input: input)
                guard case .succeeded = outcome else { return _ = Issue.record("\(outcome)") }
            }
            #expect(try await world.keys() == ["releases/job-1.zip"])
            #expect(try await world.text("releases/job-1.zip") == "the archive")
        }
    }

    @Test func `many objects are logged as a count`() async throws {
        try await S3World.with { world in
            let files = Dictionary(uniqueKeysWithValues: (0..<230).map { ("f\($0)", "x") })
            let outcome = try await run(
                world, ["Extract": "true"], input: try world.host.input("Site", files: files))
            guard case .succeeded = outcome else { return _ = Issue.record("\(outcome)") }
            #expect(try await world.keys().count == 230)
            #expect(world.host.recorded.lines.suffix(2).first == "… and 30 more")
            #expect(world.host.recorded.lines.count == 202)
        }
    }

    @Test func `placeholders become the time and the job`() throws {
        let host = try FakeHost()
        defer { host.remove() }
        let job = try host.job(
            deploy.type.id, configuration: ["Extract": "true", "ObjectKey": "{datetime}/{uuid}"],
            inputs: [host.input("Site", files: ["a": "b"])], id: "job-2")
        let plan = try S3DeployAction.plan(job, now: Date(timeIntervalSince1970: 1_547_106_000))
        #expect(plan.items.map(\.key) == ["2019-01-10_07-40-00/job-2/a"])
    }

    @Test(arguments: [
        ("/etc/passwd", "is a link that leads out of it"), ("../../outside", "is a link"), ("absent", "does not exist"),
        (".", "leads in circles"),
    ])
    func `links that lead astray fail by name`(_ target: String, _ reason: String) throws {
        let host = try FakeHost()
        defer { host.remove() }
        let input = try host.input("Site", files: ["dir/a": "b"])
        try FileManager.default.createSymbolicLink(
            atPath: input.contents.appendingPathComponent("dir/link").path, withDestinationPath: target)
        #expect {
            try DeployItem.items(below: input.contents, prefix: "")
        } throws: { error in
            guard let failure = error as? FailureDetails else { return false }
            return failure.message.contains("'dir/link'") && failure.message.contains(reason)
        }
    }

    @Test func `links inside are followed`() throws {
        let host = try FakeHost()
        defer { host.remove() }
        let input = try host.input("Site", files: ["dir/a.css": "b"])
        for (name, target) in [("file", "dir/a.css"), ("folder", "dir")] {
            try FileManager.default.createSymbolicLink(
                atPath: input.contents.appendingPathComponent(name).path, withDestinationPath: target)
        }
        let items = try DeployItem.items(below: input.contents, prefix: "p/")
        #expect(items.map(\.key) == ["p/dir/a.css", "p/file", "p/folder/a.css"])
        #expect(items.allSatisfy { $0.size == 1 })
    }

    @Test(arguments: [
        (["Extract": "maybe"], "Extract must be true or false"), (["Extract": "false"], "ObjectKey is required"),
    ])
    func `a configuration that can't work is refused`(_ configuration: [String: String], _ message: String) throws {
        let host = try FakeHost()
        defer { host.remove() }
        let job = try host.job(
            deploy.type.id, configuration: configuration, inputs: [host.input("Site", files: ["a": "b"])])
        #expect {
            try S3DeployAction.plan(job, now: Date())
        } throws: { error in
            (error as? FailureDetails).map { $0.type == .configurationError && $0.message.contains(message) } ?? false
        }
    }
}
