import Crypto
import Foundation
package import PipelineModel
package import PluginKit

/// Puts build statuses at Bitbucket Cloud's commits. An equal key is overwritten.
package struct BitbucketStatuses: CommitStatusReporter {
    package init() {}

    package var provider: String { BitbucketForm.cloud }

    package func report(
        _ status: CommitStatus, mayBeThere: Bool, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) {
        let repository = try await CloudRepositoryAPI(status.repository, on: connection, host: host)
        let place = repository.path + HostAPI.path("commit", status.commit, "statuses", "build")
        var build: [String: SettingValue] = [
            "key": .string(Self.key(for: status.context)), "state": .string(Self.state(status.state)),
            "name": .string(StatusText.cut(status.context, to: 255)),
            "description": .string(StatusText.cut(status.description, to: 255)),
            "url": .string(Self.url(of: status, on: connection)),
        ]
        // A pull request shows only what names its source branch.
        if let branch = status.branch { build["refname"] = .string(branch) }
        if mayBeThere {
            let there = try await repository.api.call("GET", place + HostAPI.path(Self.key(for: status.context)))
            if there.shows(build) { return }
        }
        let answer = try await repository.api.call("POST", place, json: .map(build), isIdempotent: true)
        guard answer.status != 404 else { throw StatusText.missing(status) }
        try answer.expect([200, 201]).checkIsNoPage()
    }

    /// Bitbucket takes 40 characters: a longer context is told by its digest, and stands in the name.
    static func key(for context: String) -> String {
        guard context.count > 40 || context.utf8.count > 40 else { return context }
        let digest = SHA256.hash(data: Data(context.utf8)).map {
            String($0 >> 4, radix: 16) + String($0 & 15, radix: 16)
        }
        return "penstock-" + digest.joined().prefix(31)
    }

    /// A stage that was skipped holds nobody up; one that was stopped does.
    private static func state(_ state: CommitStatus.State) -> String {
        switch state {
        case .pending, .running: "INPROGRESS"
        case .succeeded, .skipped: "SUCCESSFUL"
        case .failed: "FAILED"
        case .cancelled: "STOPPED"
        }
    }

    /// There must be one: without a page of ours, the commit's own.
    private static func url(of status: CommitStatus, on connection: Connection) -> String {
        if let url = status.url, url.utf8.count <= 450 { return url }
        var base = connection.url[...]
        while base.hasSuffix("/") { base = base.dropLast() }
        let names = status.repository.split(separator: "/").map { HostAPI.encoded(String($0)) }
        return "\(base)/\(names.joined(separator: "/"))/commits/\(HostAPI.encoded(status.commit))"
    }
}
