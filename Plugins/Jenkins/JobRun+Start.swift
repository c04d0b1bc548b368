import PipelineModel
import PluginKit

extension JobRun {
    /// Starts the build, unless an earlier run of this job has done so. `nil`: found, go on with it.
    mutating func start() async throws(JenkinsFault) -> ActionOutcome? {
        guard let info = try await api.get(JobInfo.self, path.path, tree: JobInfo.tree) else {
            return failed(
                .configurationError,
                "There is no job '\(path.name)' at \(server.base), or the user may not see it. Folders come first, "
                    + "and a multibranch job's branch is written with %2F.")
        }
        guard let next = info.nextBuildNumber else {
            return failed(.configurationError, "'\(path.name)' at \(server.base) is a folder and no job.")
        }
        let parameters = try StartParameters(job, info)
        let earlier = records[job.id]
        progress.marked = parameters.isMarked
        progress.next = earlier?.progress.next
        if try await wasStarted(earlier, info) {
            host.log.line("[Penstock] This job has been started before; its Jenkins build is followed.")
            try keepRecord()
            return nil
        }
        progress.next = progress.next ?? next
        guard info.buildable != false else {
            return failed(.configurationError, "The job '\(path.name)' is disabled in Jenkins; enable it.")
        }
        for line in parameters.remarks { host.log.line(line) }
        try keepRecord()
        return try await started(parameters)
    }

    private mutating func wasStarted(_ earlier: JobRecord?, _ info: JobInfo) async throws(JenkinsFault) -> Bool {
        let found: BuildSearch.Found? =
            if progress.marked == true {
                try await search.marked(from: progress.next)
            } else if let earlier {
                try await search.unmarked(after: earlier.progress, waiting: info.queueItem)
            } else {
                nil
            }
        return found.map { take($0) } != nil
    }

    mutating func take(_ found: BuildSearch.Found) {
        progress.queue = found.queue ?? progress.queue
        progress.build = found.build ?? progress.build
        progress.since = found.since ?? progress.since
        progress.misses = nil
        if found.build != nil { announceBuild() }
    }

    private mutating func started(_ parameters: StartParameters) async throws(JenkinsFault) -> ActionOutcome? {
        let answer =
            if let fields = parameters.fields {
                try await api.post("\(path.path)/buildWithParameters", query: [("delay", "0sec")], form: fields)
            } else {
                try await api.post("\(path.path)/build", query: [("delay", "0sec")])
            }
        guard [201, 302, 303].contains(answer.status) else { return refusal(answer) }
        if let queue = Self.queueItem(answer.header("Location")) {
            progress.queue = queue
        } else if answer.status == 201, progress.marked == true,
            let found = try await search.marked(from: progress.next)
        {
            take(found)
        } else {
            return failed(
                .configurationError,
                "\(answer.call) was answered \(answer.status) without a queue item: a plugin has vetoed the start, "
                    + "or the server's url leads to a login page or a proxy that hides the Location header.")
        }
        try keepRecord()
        host.log.line("[Penstock] Jenkins job \(path.name): queue item \(progress.queue ?? 0)")
        if answer.status == 303 {
            host.log.line("[Penstock] An equal item was waiting already; this action shares its build.")
        }
        return pending(in: .seconds(1), "in Jenkins' queue")
    }

    private func refusal(_ answer: JenkinsAPI.Answer) -> ActionOutcome {
        let (kind, reason): (FailureDetails.Kind, String) =
            switch answer.status {
            case 400: (.configurationError, "The job's parameters don't fit: \(answer.words)")
            case 403: (.permissionError, "The user may not build this job, or Jenkins refused the crumb.")
            case 404: (.configurationError, "The user may not build this job, or it is gone.")
            case 409: (.configurationError, "The job can't be built at the moment: it is disabled.")
            case 500...:
                (.configurationError, "A parameter's value may be none of its choices. Jenkins says: \(answer.words)")
            default: (.configurationError, answer.words)
            }
        return failed(kind, "\(answer.call) was answered \(answer.status). \(reason)")
    }

    /// The id alone: the address before it is what Jenkins takes for its own.
    static func queueItem(_ location: String?) -> Int? {
        guard let match = location?.firstMatch(of: /\/queue\/item\/([0-9]{1,18})\/?$/) else { return nil }
        return Int(match.1)
    }
}
