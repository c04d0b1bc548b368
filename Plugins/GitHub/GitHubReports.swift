import Foundation
import Logging
package import PipelineModel
package import PluginKit
import Synchronization

/// Shows stages at commits: as check runs for an App, which alone may make them, else as commit statuses. Never as both:
/// a pull request has one entry for each stage.
///
/// `options: {statuses: checks}` and `{statuses: commit}` choose. Where check runs are not allowed, commit statuses take
/// their place for an hour; the token that is made then may have been given the permission.
package final class GitHubReports: CommitStatusReporter {
    package let provider = "GitHub"
    private let statuses = GitHubStatuses()
    private let checks = GitHubCheckRuns()
    private let denials = Mutex<[ConnectionARN: Denial]>([:])

    private struct Denial {
        var until: Date
        /// Whether somebody was told.
        var isKnown = false
    }

    /// As long as a token of an App lives.
    private static let denialLasts = 3600.0

    package init() {}

    package func report(
        _ status: CommitStatus, mayBeThere: Bool, on connection: Connection, host: any PluginHost
    ) async throws(FailureDetails) {
        guard try Self.wantsChecks(connection), !isDenied(connection, at: host.now()) else {
            return try await statuses.report(status, mayBeThere: mayBeThere, on: connection, host: host)
        }
        do throws(FailureDetails) {
            try await checks.report(status, mayBeThere: mayBeThere, on: connection, host: host)
        } catch  where error.type == .permissionError {
            // Whether it is for checks only, or for everything, the status will say.
            try await statuses.report(status, mayBeThere: mayBeThere, on: connection, host: host)
            note(error, on: connection, host: host)
        }
    }

    /// - Throws: `configurationError` for a word that isn't known.
    static func wantsChecks(_ connection: Connection) throws(FailureDetails) -> Bool {
        switch connection.options["statuses"] {
        case nil: return connection.options["app_id"] != nil
        case "checks": return true
        case "commit": return false
        case let other?:
            throw FailureDetails(
                .configurationError,
                "connections.\(connection.name).options.statuses is '\(shown(other))'; write checks, commit or off")
        }
    }

    private func isDenied(_ connection: Connection, at now: Date) -> Bool {
        denials.withLock { now < $0[connection.arn]?.until ?? .distantPast }
    }

    private func note(_ error: FailureDetails, on connection: Connection, host: any PluginHost) {
        let isNews = denials.withLock { denials in
            let isNews = denials[connection.arn]?.isKnown != true
            denials[connection.arn] = Denial(until: host.now() + Self.denialLasts, isKnown: true)
            return isNews
        }
        guard isNews else { return }
        host.logger.warning(
            "GitHub takes no check runs from this connection, stages are shown as commit statuses; give its App the permission Checks: write, or write options: {statuses: commit}",
            metadata: ["connection": "\(connection.name)", "reason": "\(error.message)"])
    }
}
