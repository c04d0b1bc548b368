import Foundation
import PipelineModel
import PluginKit

/// Ends what was started for an action that is wanted no more: takes it out of the queue, or stops its build.
struct BuildStop {
    private let record: JobRecord
    private let api: JenkinsAPI
    private let path: JobPath
    private let search: BuildSearch
    private let patience: Duration

    init(
        _ record: JobRecord, of action: ActionExecutionID, server: JenkinsServer, http: any HTTPClient,
        patience: Duration
    ) throws(JenkinsFault) {
        self.record = record
        self.patience = patience
        do throws(FailureDetails) {
            path = try JobPath(record.job)
            api = try JenkinsAPI(server: server, http: http)
        } catch { throw .refused(error) }
        search = BuildSearch(api: api, path: path, action: action)
    }

    func run() async throws(JenkinsFault) {
        guard let build = try await build() else { return }
        try await stop(build)
    }

    /// The build that runs; `nil` when none does and none will.
    private func build() async throws(JenkinsFault) -> Int? {
        if let build = record.progress.build { return build }
        var known = record.progress.queue
        if known == nil { known = try await waiting() }
        guard let queue = known else { return try await left() }
        // An item may leave the queue between a look at it and its cancelling.
        for _ in 0..<5 {
            let item = try await api.get(QueueItem.self, "/queue/item/\(queue)", tree: QueueItem.tree)
            guard let item, isOurs(item) else { return try await left() }
            if let build = item.executable?.number { return build }
            if item.cancelled == true { return nil }
            let answer = try await api.post("/queue/cancelItem", query: [("id", String(queue))])
            if answer.status == 403 || answer.status == 422 {
                throw JenkinsFault(.permissionError, "\(answer.call): the user may not cancel this item")
            }
            if answer.status == 204 { return nil }
            do { try await Task.sleep(for: .milliseconds(200)) } catch { throw .cancelled }
        }
        throw .away("queue item \(queue) is neither cancelled nor begun")
    }

    /// The start's answer was never seen.
    private func waiting() async throws(JenkinsFault) -> Int? {
        if record.progress.marked == true { return try await search.marked(from: record.progress.next)?.queue }
        let info = try await api.get(JobInfo.self, path.path, tree: JobInfo.tree)
        return try await search.unmarked(after: record.progress, waiting: info?.queueItem)?.queue
    }

    private func left() async throws(JenkinsFault) -> Int? {
        record.progress.queue == nil && record.progress.marked != true
            ? try await search.unmarked(after: record.progress, waiting: nil)?.build
            : try await search.left(record.progress)?.build
    }

    private func isOurs(_ item: QueueItem) -> Bool {
        item.actions.value(of: StartParameters.marker) == nil || search.isOurs(item.actions)
    }

    /// `stop` interrupts; a pipeline that doesn't heed it is ended by `term`, then `kill`, which others don't have.
    private func stop(_ number: Int) async throws(JenkinsFault) {
        for word in ["stop", "term", "kill"] {
            let answer = try await api.post("\(path.path)/\(number)/\(word)")
            if answer.status == 403 {
                throw JenkinsFault(.permissionError, "\(answer.call): the user may not cancel builds of this job")
            }
            let deadline = ContinuousClock.now + patience
            repeat {
                let build = try await api.get(BuildInfo.self, "\(path.path)/\(number)", tree: BuildInfo.tree)
                guard let build, !build.isDone else { return }
                do { try await Task.sleep(for: min(patience, .milliseconds(500))) } catch { throw .cancelled }
            } while ContinuousClock.now < deadline
        }
        throw .away("build \(number) of '\(path.name)' goes on although it was told to stop")
    }
}
