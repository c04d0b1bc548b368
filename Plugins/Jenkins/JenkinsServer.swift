import Foundation
import PipelineModel
import PluginKit

/// One Jenkins that actions are forwarded to: those whose provider has its name.
struct JenkinsServer: Sendable {
    let provider: String
    /// Without a slash at its end. Nothing else is ever called; links in answers are reduced to their ids.
    let base: String
    let secret: ServerSecret
    let categories: [ActionCategory]
    let version: String
    /// Seconds between two looks at a build.
    let poll: Int
    /// Whether it gets the jobs of executions that a fork's pull request started.
    let forks: ForkAdmission
    let circuit = ServerCircuit()
}

/// Where a server's user and token come from.
enum ServerSecret: Sendable {
    case none
    case given(Credential)
    case file(user: String, path: String, place: String)

    /// Read anew for each job, so that a token can be renewed without a restart.
    ///
    /// - Throws: `configurationError` that names the file and never its content.
    func credential() throws(FailureDetails) -> Credential? {
        switch self {
        case .none: return nil
        case .given(let credential): return credential
        case .file(let user, let path, let place):
            guard
                let text = try? String(
                    contentsOf: URL(fileURLWithPath: (path as NSString).expandingTildeInPath), encoding: .utf8)
            else {
                throw FailureDetails(
                    .configurationError,
                    "\(place): '\(path)' can't be read; it must be a text file that this user may read")
            }
            let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
            guard !token.isEmpty else {
                throw FailureDetails(.configurationError, "\(place): '\(path)' is empty; write the token into it")
            }
            return Credential(user: user, secret: token)
        }
    }
}
