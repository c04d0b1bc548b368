import Foundation
import PipelineModel
import PluginKit

extension JobRun {
    /// From the queue to the build; `nil` once that has begun.
    mutating func waitForBuild() async throws(JenkinsFault) -> ActionOutcome? {
        let queue = progress.queue ?? 0
        let item = try await api.get(QueueItem.self, "/queue/item/\(queue)", tree: QueueItem.tree)
        guard let item, isOurs(item.actions) else {
            guard let found = try await search.left(progress), found.build != nil else {
                return missed("Jenkins has forgotten queue item \(queue) of '\(path.name)', and no build came of it")
            }
            take(found)
            try keepRecord()
            return nil
        }
        progress.misses = nil
        progress.since = progress.since ?? item.inQueueSince
        if item.cancelled == true {
            return failed(.jobFailed, "The Jenkins job '\(path.name)' was cancelled while it waited in the queue.")
        }
        guard let number = item.executable?.number else {
            return pending(in: .seconds(server.poll), item.why ?? "in Jenkins' queue")
        }
        progress.build = number
        announceBuild()
        try keepRecord()
        return nil
    }

    mutating func follow() async throws(JenkinsFault) -> ActionOutcome {
        let number = progress.build ?? 0
        let build = try await api.get(BuildInfo.self, "\(path.path)/\(number)", tree: BuildInfo.tree)
        guard let build, isOurs(build.actions) else {
            return missed("Build \(number) of the Jenkins job '\(path.name)' is gone")
        }
        if job.configuration["Log"] != "false" {
            let follower = LogFollower(api: api, path: "\(path.path)/\(number)", log: host.log)
            try await follower.follow(&progress, isDone: build.isDone)
        }
        guard build.isDone else {
            progress.misses = nil
            return pending(in: .seconds(server.poll), "Jenkins build \(number) runs", percent: percent(of: build))
        }
        guard let result = build.result else {
            return missed("Build \(number) of the Jenkins job '\(path.name)' has ended without a result")
        }
        return try await ended(build, result)
    }

    private mutating func ended(_ build: BuildInfo, _ result: String) async throws(JenkinsFault) -> ActionOutcome {
        let number = progress.build ?? 0
        let name = "The Jenkins build \(path.name) #\(number)"
        switch result {
        case "SUCCESS": break
        case "UNSTABLE":
            return failed(
                .jobFailed, "\(name) is UNSTABLE: usually tests have failed. See \(buildURL ?? "")", result: result)
        case "ABORTED": return failed(.jobFailed, "\(name) was ABORTED in Jenkins.", result: result)
        case "NOT_BUILT":
            return failed(.jobFailed, "\(name) was NOT_BUILT: a stage before has ended it.", result: result)
        default: return failed(.jobFailed, "\(name) has ended: \(result). See \(buildURL ?? "")", result: result)
        }
        let files = ArchivedFiles(api: api, path: "\(path.path)/\(number)", build: build)
        var variables = try await files.variables(log: host.log)
        variables["BuildNumber"] = String(number)
        variables["BuildUrl"] = buildURL
        variables["Result"] = result
        let pattern = job.configuration["ArtifactPattern"]
        var outputs: [ArtifactName: ProducedArtifact] = [:]
        for output in job.outputs {
            let count = try await files.fetch(
                into: output.folder, matching: pattern, below: job.outputs.count > 1 ? output.name.rawValue : nil)
            host.log.line("[Penstock] \(count) archived files for the output artifact \(output.name)")
            outputs[output.name] = .directory(output.folder)
        }
        return .succeeded(
            ActionSuccess(outputs: outputs, variables: variables, progress: shown("Finished", percent: 100)))
    }

    func announceBuild() {
        host.log.line("[Penstock] Jenkins build \(buildURL ?? "")")
    }

    /// An answer that shows no parameters may hide them; another value than ours is another's.
    private func isOurs(_ actions: [BuildAction?]?) -> Bool {
        guard progress.marked == true, actions.value(of: StartParameters.marker) != nil else { return true }
        return search.isOurs(actions)
    }

    private func percent(of build: BuildInfo) -> Int? {
        guard let start = build.timestamp, let whole = build.estimatedDuration, whole > 0 else { return nil }
        let part = (host.now().timeIntervalSince1970 * 1000 - start) / whole
        return max(0, min(99, Int((min(max(part, 0), 1)) * 100)))
    }
}
