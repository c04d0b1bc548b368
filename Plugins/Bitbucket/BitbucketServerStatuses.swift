package import PipelineModel
package import PluginKit

/// Puts build statuses at Data Center's commits. An equal key is overwritten.
package struct BitbucketServerStatuses: CommitStatusReporter {
    package init() {}

    package var provider: String { BitbucketForm.server }

    package func report(
        _ status: CommitStatus, mayBeThere: Bool, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) {
        let repository = try await ServerRepositoryAPI(status.repository, on: connection, host: host)
        var build: [String: SettingValue] = [
            "key": .string(StatusText.cut(status.context, to: 255)), "state": .string(Self.state(status.state)),
            "name": .string(StatusText.cut(status.context, to: 255)),
            "description": .string(StatusText.cut(status.description, to: 255)),
            "url": .string(Self.url(of: status, in: repository)),
        ]
        if let branch = status.branch { build["ref"] = .string("refs/heads/\(branch)") }
        let place = repository.path + HostAPI.path("commits", status.commit, "builds")
        if mayBeThere, let key = build["key"]?.string {
            // Servers before 7.14 don't know the question; asking them changes nothing.
            let there = try await repository.api.call("GET", place, query: [("key", key)])
            if there.shows(build) { return }
        }
        let answer = try await repository.api.call("POST", place, json: .map(build), isIdempotent: true)
        switch answer.status {
        case 404 where answer.saysMissing: throw StatusText.missing(status)
        case 404, 405: try await reportOldWay(status, build, repository)
        default: try answer.expect([200, 201, 204]).checkIsNoPage()
        }
    }

    /// Servers before 7.4 have one place for all repositories' commits, and fewer states.
    private func reportOldWay(
        _ status: CommitStatus, _ build: [String: SettingValue], _ repository: ServerRepositoryAPI
    ) async throws(FailureDetails) {
        var build = build
        build["ref"] = nil
        if build["state"] == .string("CANCELLED") { build["state"] = .string("FAILED") }
        let place = "/rest/build-status/1.0" + HostAPI.path("commits", status.commit)
        let answer = try await repository.api.call("POST", place, json: .map(build), isIdempotent: true)
        guard answer.status != 404 else { throw StatusText.missing(status) }
        try answer.expect([200, 201, 204]).checkIsNoPage()
    }

    private static func state(_ state: CommitStatus.State) -> String {
        switch state {
        case .pending, .running: "INPROGRESS"
        case .succeeded, .skipped: "SUCCESSFUL"
        case .failed: "FAILED"
        case .cancelled: "CANCELLED"
        }
    }

    /// There must be one: without a page of ours, the commit's own.
    private static func url(of status: CommitStatus, in repository: ServerRepositoryAPI) -> String {
        if let url = status.url, url.utf8.count <= 450 { return url }
        let names = repository.names
        return repository.api.base
            + HostAPI.path("projects", names.owner, "repos", names.name, "commits", status.commit)
    }
}

extension HostAPI.Answer {
    /// Whether the server knows what was called and lacks the thing itself: its errors have a name then.
    var saysMissing: Bool {
        struct Errors: Decodable {
            struct One: Decodable { let exceptionName: String? }
            let errors: [One]
        }
        guard let errors = try? decode(Errors.self).errors else { return false }
        return errors.contains { $0.exceptionName?.contains(".NoSuch") == true }
    }
}
