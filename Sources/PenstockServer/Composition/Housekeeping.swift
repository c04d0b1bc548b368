package import ActionRunner
import Foundation
package import Logging
package import PipelineEngine
package import PipelineModel
package import PluginKit
import ServiceLifecycle

/// Lets go of history that the retention settings no longer want: rows of the ledger, then the logs of the executions
/// that they belonged to and their artifacts in the gateway's own buckets. Buckets elsewhere have lifecycle rules of
/// their own.
///
/// A crash between the rows and the files leaves files behind that nothing refers to; they do no harm.
package struct Housekeeping: Service {
    let ledger: any Ledger
    let policy: RetentionPolicy
    let logs: ActionLogs
    let stores: any ObjectStores
    /// Buckets whose objects stay.
    let foreignBuckets: Set<BucketName>
    let interval: Duration
    let now: @Sendable () -> Double
    let logger: Logger

    package init(
        ledger: any Ledger, policy: RetentionPolicy, logs: ActionLogs, stores: any ObjectStores,
        foreignBuckets: Set<BucketName>, interval: Duration = .seconds(3600),
        now: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 }, logger: Logger
    ) {
        self.ledger = ledger
        self.policy = policy
        self.logs = logs
        self.stores = stores
        self.foreignBuckets = foreignBuckets
        self.interval = interval
        self.now = now
        self.logger = logger
    }

    /// Cleans up at the start and then once in a while, until graceful shutdown or cancellation.
    package func run() async throws {
        guard policy != RetentionPolicy() else { return try await gracefulShutdown() }
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await round()
                try? await Task.sleep(for: interval)
            }
        }
    }

    /// Once through all that may go. Other writes come in between.
    func round() async {
        do {
            while !Task.isCancelled {
                let report = try await ledger.prune(policy, at: now())
                for execution in report.executions { await removeFiles(of: execution) }
                if report.isComplete { return }
            }
        } catch {
            logger.error("old history could not be removed", metadata: ["reason": "\(error)"])
        }
    }

    /// What can't be removed stays behind and holds up nothing else.
    private func removeFiles(of execution: PrunedExecution) async {
        var reasons: [String] = []
        do { try logs.remove(execution.id, of: execution.pipeline) } catch { reasons.append("\(error)") }
        for artifact in execution.artifacts where !foreignBuckets.contains(artifact.bucket) {
            do {
                try await stores.store(for: artifact.bucket).delete(artifact.key)
            } catch {
                reasons.append("\(artifact.bucket)/\(artifact.key): \(error)")
            }
        }
        guard !reasons.isEmpty else { return }
        logger.warning(
            "files of a removed execution stay behind",
            metadata: ["execution": "\(execution.id)", "reason": "\(reasons.joined(separator: "; "))"])
    }
}
