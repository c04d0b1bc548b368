import Foundation
import PipelineModel
package import PluginKit

/// Deploy/AWS/S3/1: puts the input's files below a prefix, or its archive under one key (spec: actions.md §5).
///
/// Objects are overwritten and never deleted, so a deploy that was stopped, or is run again, does no harm.
package struct S3DeployAction: ActionProvider {
    package let type = ActionTypeDescription(
        id: ActionTypeID(category: .deploy, owner: .aws, provider: "S3"),
        configuration: [
            ConfigurationProperty("BucketName", required: true, summary: "The bucket, as under stores:"),
            ConfigurationProperty("Extract", required: true, summary: "true: the files; false: the archive"),
            ConfigurationProperty("ObjectKey", summary: "The key (Extract=false), or a prefix (Extract=true)"),
            ConfigurationProperty("CannedACL", summary: "e.g. public-read"),
            ConfigurationProperty("CacheControl", summary: "e.g. public, max-age=0"),
            ConfigurationProperty("KMSEncryptionKeyARN", summary: "Encrypts the objects with this key"),
        ], inputArtifacts: 1...1, outputArtifacts: 0...0, timeout: 90 * 60)

    private static let parallelPuts = 8
    private static let loggedObjects = 200

    package init() {}

    package func run(_ job: ActionJob, on host: any ActionHost) async -> ActionOutcome {
        let bucket = job.configuration["BucketName"] ?? ""
        do {
            let store = try host.stores.store(for: BucketName(bucket))
            let plan = try Self.plan(job, now: host.now())
            try await Self.put(plan.items, options: plan.options, into: store, host.log)
            host.log.line("\(plan.items.count) objects in bucket '\(bucket)', \(plan.bytes) bytes")
            return .succeeded(
                ActionSuccess(
                    progress: ActionProgress(
                        externalExecutionID: plan.key.isEmpty ? bucket : "\(bucket)/\(plan.key)",
                        summary: "Deployment Succeeded")))
        } catch let failure as FailureDetails {
            return .failed(failure)
        } catch {
            return .failed(FailureDetails(error, doing: "Deploying to bucket '\(bucket)'"))
        }
    }

    struct Plan {
        /// The key or the prefix, as written, placeholders replaced.
        var key: String
        var items: [DeployItem]
        var options: PutOptions
        var bytes: Int64 { items.reduce(0) { $0 + $1.size } }
    }

    static func plan(_ job: ActionJob, now: Date) throws -> Plan {
        guard let input = job.inputs.first else {
            throw FailureDetails(.configurationError, "The S3 deploy needs one input artifact.")
        }
        let key = resolved(job.configuration["ObjectKey"] ?? "", job: job, now: now)
        var options = PutOptions(
            cacheControl: job.configuration["CacheControl"], cannedACL: job.configuration["CannedACL"])
        if let arn = job.configuration["KMSEncryptionKeyARN"] { options.encryption = .kms(keyID: arn) }
        switch job.configuration["Extract"] {
        case "true":
            return Plan(key: key, items: try DeployItem.items(below: input.contents, prefix: key), options: options)
        case "false":
            guard !key.isEmpty else {
                throw FailureDetails(.configurationError, "ObjectKey is required when Extract is false.")
            }
            options.sha256 = input.stored.sha256
            let size = try input.archive.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
            let item = DeployItem(
                file: input.archive, key: key, size: Int64(size),
                contentType: ContentType.ofFile(named: key) ?? "application/zip")
            return Plan(key: key, items: [item], options: options)
        default:
            throw FailureDetails(.configurationError, "Extract must be true or false.")
        }
    }

    /// `{uuid}` is the job's id, so that a job that is run again puts the same objects.
    private static func resolved(_ key: String, job: ActionJob, now: Date) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = .gmt
        formatter.dateFormat = "yyyy-MM-dd_HH-mm-ss"
        return key.replacing("{datetime}", with: formatter.string(from: now)).replacing("{uuid}", with: job.id.rawValue)
    }

    private static func put(
        _ items: [DeployItem], options: PutOptions, into store: any ObjectStore, _ log: any ActionLog
    ) async throws {
        try await withThrowingTaskGroup(of: DeployItem.self) { group in
            var done = 0
            func finish(_ item: DeployItem) {
                done += 1
                if done <= loggedObjects {
                    log.line("put s3://\(store.bucket)/\(item.key) (\(item.size) bytes, \(item.contentType))")
                }
            }
            for (index, item) in items.enumerated() {
                if index >= parallelPuts, let item = try await group.next() { finish(item) }
                group.addTask {
                    var options = options
                    options.contentType = item.contentType
                    _ = try await store.put(item.key, file: item.file, options: options)
                    return item
                }
            }
            for try await item in group { finish(item) }
            if done > loggedObjects { log.line("… and \(done - loggedObjects) more") }
        }
    }
}
