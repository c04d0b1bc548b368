import Foundation
import PipelineModel
package import PluginKit

/// Source/AWS/S3/1: an object, as it is, becomes the output artifact (spec: actions.md §1).
package struct S3SourceAction: ActionProvider {
    package let type = ActionTypeDescription(
        id: ActionTypeID(category: .source, owner: .aws, provider: "S3"),
        configuration: [
            ConfigurationProperty("S3Bucket", required: true, summary: "The bucket, as under stores:"),
            ConfigurationProperty("S3ObjectKey", required: true, summary: "The object's key"),
            ConfigurationProperty("PollForSourceChanges", summary: "true (the default) or false"),
            ConfigurationProperty(
                "AllowOverrideForS3ObjectKey", summary: "Whether a start may name another key; false by default"),
        ], inputArtifacts: 0...0, outputArtifacts: 1...1, timeout: 3600)

    private static let summaryMetadata = "codepipeline-artifact-revision-summary"

    package init() {}

    package func run(_ job: ActionJob, on host: any ActionHost) async -> ActionOutcome {
        let bucket = job.configuration["S3Bucket"] ?? ""
        do {
            let (key, asked) = try Self.wanted(job)
            guard let output = job.outputs.first else {
                throw FailureDetails(.configurationError, "The S3 source needs one output artifact.")
            }
            let file = job.workspace.appendingPathComponent("s3-object")
            let store = try host.stores.store(for: BucketName(bucket))
            let version = try await Self.existing(asked, of: key, in: store, log: host.log)
            let facts = try await store.get(key, version: version, into: file)
            host.log.line("fetched s3://\(bucket)/\(key) (\(facts.size) bytes, version \(facts.version ?? "none"))")
            return .succeeded(Self.success(job, output.name, file, facts, bucket: bucket))
        } catch let failure as FailureDetails {
            return .failed(failure)
        } catch {
            return .failed(FailureDetails(error, doing: "Fetching the source object from bucket '\(bucket)'"))
        }
    }

    /// The key, and the version that whoever started the execution asked for. Both may be given, each once.
    private static func wanted(_ job: ActionJob) throws(FailureDetails) -> (key: String, version: String?) {
        guard var key = job.configuration["S3ObjectKey"], !key.isEmpty, job.configuration["S3Bucket"] != nil else {
            throw FailureDetails(.configurationError, "The S3 source needs S3Bucket and S3ObjectKey.")
        }
        var version: String?
        for revision in job.revisions.isEmpty ? [job.revision].compactMap({ $0 }) : job.revisions {
            switch revision.revisionType {
            case .s3ObjectVersionID: version = revision.revisionValue
            case .s3ObjectKey:
                guard job.configuration["AllowOverrideForS3ObjectKey"]?.lowercased() == "true" else {
                    throw FailureDetails(
                        .configurationError,
                        "The key can't be replaced: set AllowOverrideForS3ObjectKey to true in action '\(job.action)'.")
                }
                key = revision.revisionValue
            case .commitID, .imageDigest:
                throw FailureDetails(
                    .configurationError, "An S3 source takes no revision of type \(revision.revisionType.rawValue).")
            }
        }
        return (key, version)
    }

    /// Polling names a revision by its ETag where the bucket keeps no versions. Then there is but one object to fetch.
    private static func existing(
        _ version: String?, of key: String, in store: any ObjectStore, log: any ActionLog
    ) async throws -> String? {
        guard let version, isETag(version) else { return version }
        let facts = try await store.head(key, version: nil)
        guard facts.version == nil else { return version }
        if facts.etag != version {
            log.line("bucket '\(store.bucket)' keeps no versions: fetching the object as it is now, not \(version)")
        }
        return nil
    }

    /// An MD5 in hex, with the number of parts behind it if it was put in parts.
    private static func isETag(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.count <= 2 && parts[0].utf8.count == 32 && parts[0].allSatisfy { $0.isASCII && $0.isHexDigit }
            && parts.dropFirst().allSatisfy { Int($0) != nil }
    }

    private static func success(
        _ job: ActionJob, _ output: ArtifactName, _ file: URL, _ facts: ObjectFacts, bucket: String
    ) -> ActionSuccess {
        let etag = facts.etag ?? ""
        let revision = facts.version ?? etag
        let summary = facts.metadata[summaryMetadata] ?? "Amazon S3 version id: \(facts.version ?? "null")"
        return ActionSuccess(
            outputs: [output: .file(file)],
            variables: [
                "BucketName": bucket, "ObjectKey": facts.key, "ETag": etag, "VersionId": facts.version ?? "null",
            ],
            progress: ActionProgress(externalExecutionID: revision, summary: summary),
            revision: SourceRevision(
                actionName: job.action, revisionID: revision, summary: summary, changeIdentifier: etag,
                created: facts.lastModified?.timeIntervalSince1970))
    }
}
