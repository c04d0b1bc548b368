import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import S3Plugin

/// Against the real store: what polling sees, and what the source action then makes of it.
@Suite struct S3RevisionProbeTests {
    private let probe = S3RevisionProbe()

    private func newest(_ world: S3World, bucket: String? = nil) async throws -> String? {
        try await probe.newestRevision(
            probe.types[0],
            configuration: ["S3Bucket": bucket ?? world.bucket.rawValue, "S3ObjectKey": "app.zip"], host: world.host)
    }

    private func fetch(
        _ world: S3World, _ revisions: [SourceRevisionOverride], configuration: [String: String] = [:]
    ) async throws -> (content: String?, failure: FailureDetails?, revision: String?) {
        let basic = ["S3Bucket": world.bucket.rawValue, "S3ObjectKey": "app.zip"]
        let source = S3SourceAction()
        let one = try world.host.job(
            source.type.id, configuration: basic.merging(configuration) { $1 }, outputs: ["App"])
        let job = ActionJob(
            id: one.id, pipeline: one.pipeline, execution: one.execution, stage: one.stage, action: one.action,
            type: one.type, region: one.region, account: one.account, configuration: one.configuration, inputs: [],
            outputs: one.outputs, revision: revisions.first, revisions: revisions, continuationToken: nil,
            workspace: one.workspace)
        switch await source.run(job, on: world.host) {
        case .succeeded(let success):
            guard case .file(let file) = success.outputs["App"] else { return (nil, nil, nil) }
            return (try String(contentsOf: file, encoding: .utf8), nil, success.revision?.revisionID)
        case .failed(let failure): return (nil, failure, nil)
        case .pending: return (nil, nil, nil)
        }
    }

    private func version(_ value: String) -> SourceRevisionOverride {
        SourceRevisionOverride(actionName: "Action", revisionType: probe.revisionType, revisionValue: value)
    }

    @Test func `the newest version, which the action then fetches`() async throws {
        try await S3World.with(versioned: true) { world in
            #expect(try await newest(world) == nil)
            let old = try await world.put("app.zip", "old")
            #expect(try await newest(world) == old.version)
            _ = try await world.put("app.zip", "new")
            let revision = try #require(try await newest(world))
            #expect(revision != old.version)
            let (content, _, reported) = try await fetch(world, [version(revision)])
            #expect(content == "new" && reported == revision)
        }
    }

    @Test func `without versions the ETag, and the action takes what is there`() async throws {
        try await S3World.with { world in
            let facts = try await world.put("app.zip", "old")
            let revision = try #require(try await newest(world))
            #expect(revision == facts.etag)
            let (content, _, reported) = try await fetch(world, [version(revision)])
            #expect(content == "old" && reported == revision)
            // Replaced between the look and the fetch.
            _ = try await world.put("app.zip", "new")
            let late = try await fetch(world, [version(revision)])
            #expect(late.content == "new")
            #expect(world.host.recorded.lines.contains { $0.contains("keeps no versions") })
            #expect(try await newest(world) == late.revision)
        }
    }

    @Test func `a key and its version may be asked for together`() async throws {
        try await S3World.with(versioned: true) { world in
            _ = try await world.put("app.zip", "app")
            let old = try #require(try await world.put("other.zip", "old").version)
            _ = try await world.put("other.zip", "new")
            let key = SourceRevisionOverride(
                actionName: "Action", revisionType: .s3ObjectKey, revisionValue: "other.zip")
            let allowed = ["AllowOverrideForS3ObjectKey": "true"]
            #expect(try await fetch(world, [key], configuration: allowed).content == "new")
            #expect(try await fetch(world, [key, version(old)], configuration: allowed).content == "old")
            #expect(try await fetch(world, [version(old), key], configuration: allowed).content == "old")
            let refused = try await fetch(world, [version(old), key])
            #expect(refused.failure?.message.contains("AllowOverrideForS3ObjectKey") == true)
        }
    }

    @Test func `what can't be asked is named`() async throws {
        try await S3World.with { world in
            let failure = await #expect(throws: FailureDetails.self) { try await newest(world, bucket: "absent") }
            #expect(failure?.message.contains("stores.absent") == true)
            await #expect(throws: FailureDetails.self) {
                try await probe.newestRevision(probe.types[0], configuration: [:], host: world.host)
            }
        }
    }
}
