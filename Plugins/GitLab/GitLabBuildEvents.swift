import PipelineModel
import PluginKit

extension GitLabPayload {
    /// A pipeline that has ended. What other systems report as a commit's status is a pipeline too, an external one:
    /// this gateway's own stages among them.
    func pipeline() throws(UnknownShape) -> ParsedDelivery {
        guard let status = attributes.status else { throw UnknownShape("a pipeline without 'status'") }
        guard let ending = Self.ending(status) else { return Self.notEnded("pipeline", status) }
        guard attributes.origin != "external" else {
            return ParsedDelivery(ignored: "an external pipeline: it shows what another system reported")
        }
        let repository = try repositoryName()
        // A fork's branch is no branch of this project.
        let hasBranch = attributes.isForTag == false && mergeRequestIsFromFork != true
        let build = SourceEvent.Build(
            system: "GitLab", job: repository, number: attributes.id, status: ending, url: attributes.url,
            branch: hasBranch ? attributes.ref : nil, commitID: Self.commitID(attributes.commit))
        return delivery(build, of: repository)
    }

    func finishedJob() throws(UnknownShape) -> ParsedDelivery {
        guard let status = job.status, let name = job.name else {
            throw UnknownShape("a job without 'build_status' or 'build_name'")
        }
        guard let ending = Self.ending(status) else { return Self.notEnded("job", status) }
        let repository = try repositoryName()
        let build = SourceEvent.Build(
            system: "GitLab", job: "\(repository)/\(name)", number: job.id, status: ending,
            branch: job.isForTag == false ? ref : nil, commitID: Self.commitID(job.commit))
        return delivery(build, of: repository)
    }

    /// A release was created, changed or deleted.
    func releaseEvent() throws(UnknownShape) -> ParsedDelivery {
        guard let action = release.action, let tag = release.tag else {
            throw UnknownShape("a release without 'action' or 'tag'")
        }
        let event = SourceEvent.Release(
            action: action.lowercased(), tag: tag, name: release.name, url: release.url)
        return ParsedDelivery(events: [
            SourceEvent(
                repository: try repositoryName(), change: .release(event), commit: commit?.asCommit,
                sender: user?.asSender)
        ])
    }

    private func delivery(_ build: SourceEvent.Build, of repository: String) -> ParsedDelivery {
        // A job's `commit.id` is the number of its pipeline.
        let described = commit.flatMap { CommitID($0.id) == nil ? nil : $0.asCommit }
        return ParsedDelivery(events: [
            SourceEvent(
                repository: repository, change: .buildCompleted(build), commit: described, sender: user?.asSender)
        ])
    }

    private static func ending(_ status: String) -> SourceEvent.Build.Status? {
        switch status {
        case "success": .succeeded
        case "failed": .failed
        case "canceled": .cancelled
        case "skipped": .skipped
        default: nil
        }
    }

    private static func notEnded(_ what: String, _ status: String) -> ParsedDelivery {
        ParsedDelivery(ignored: "the \(what) is \(status.prefix(100)): it has not ended")
    }

    private static func commitID(_ text: String?) -> String? { text.flatMap(CommitID.init)?.unlessZero?.text }
}
