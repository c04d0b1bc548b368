import Foundation
import PipelineModel
import PluginKit

/// Finds what was started for an action: in the queue, then among the newest hundred builds, so that an item that
/// leaves the queue meanwhile is not missed.
struct BuildSearch {
    struct Found {
        var queue: Int?
        var build: Int?
        var since: Double?
    }

    let api: JenkinsAPI
    let path: JobPath
    let action: ActionExecutionID

    /// Clocks and the moment of writing may differ by this many milliseconds.
    private static let slack: Double = 120_000

    /// By our parameter. Of several builds that carry it (somebody has repeated ours), the first.
    func marked(from next: Int?) async throws(JenkinsFault) -> Found? {
        let list = try await api.get(QueueList.self, "/queue", tree: QueueList.tree)
        if let item = list?.items?.first(where: { isOurs($0.actions) }), let id = item.id {
            return Found(queue: id, since: item.inQueueSince)
        }
        return try await builds(from: next).first { isOurs($0.actions) }.map {
            Found(queue: $0.queueId, build: $0.number)
        }
    }

    /// Of a job without our parameter: what our user has put in the queue or started since.
    func unmarked(after earlier: JobProgress, waiting: QueueItem?) async throws(JenkinsFault) -> Found? {
        if earlier.queue != nil || earlier.build != nil {
            return Found(queue: earlier.queue, build: earlier.build, since: earlier.since)
        }
        guard let user = api.credential?.user else { return nil }
        if let waiting, let id = waiting.id, waiting.actions.isCaused(by: user) { return Found(queue: id) }
        return try await builds(from: earlier.next).first { $0.actions.isCaused(by: user) }.map {
            Found(queue: $0.queueId, build: $0.number)
        }
    }

    /// The build of a queue item that is forgotten. Ids may repeat after a crash of Jenkins: the time, the number and,
    /// where there is one, our parameter must fit as well.
    func left(_ progress: JobProgress) async throws(JenkinsFault) -> Found? {
        if progress.marked == true { return try await marked(from: progress.next) }
        return try await builds(from: progress.next).first { build in
            build.queueId == progress.queue
                && (build.timestamp ?? .infinity) >= (progress.since ?? 0) - Self.slack
        }.map { Found(build: $0.number) }
    }

    /// Oldest first.
    private func builds(from next: Int?) async throws(JenkinsFault) -> [BuildInfo] {
        let list = try await api.get(BuildList.self, path.path, tree: BuildList.tree)
        return (list?.builds ?? []).filter { ($0.number ?? 0) >= (next ?? 0) }
            .sorted { ($0.number ?? 0) < ($1.number ?? 0) }
    }

    func isOurs(_ actions: [BuildAction?]?) -> Bool { actions.value(of: StartParameters.marker) == action.rawValue }
}
