package import PipelineModel
package import PluginKit

/// Tells an S3 source's newest version without fetching it (spec: triggers-and-webhooks A2, polling).
///
/// In a bucket without versions it is the ETag, which the source action takes as "the newest".
package struct S3RevisionProbe: RevisionProbe {
    package let types = [ActionTypeID(category: .source, owner: .aws, provider: "S3")]
    package let revisionType = SourceRevisionOverride.Kind.s3ObjectVersionID

    package init() {}

    package func newestRevision(
        _ type: ActionTypeID, configuration: [String: String], host: any PluginHost
    ) async throws(FailureDetails) -> String? {
        guard let bucket = configuration["S3Bucket"], let key = configuration["S3ObjectKey"], !key.isEmpty else {
            throw FailureDetails(.configurationError, "The S3 source needs S3Bucket and S3ObjectKey.")
        }
        do {
            let facts = try await host.stores.store(for: BucketName(bucket)).head(key, version: nil)
            return facts.version ?? facts.etag
        } catch ObjectStoreError.noSuchKey {
            return nil
        } catch {
            throw FailureDetails(error, doing: "Looking at the source object '\(key)' in bucket '\(bucket)'")
        }
    }
}
