import Crypto
import Foundation

/// A push of GitHub's, rewritten to a real repository and commit, and signed as GitHub signs.
struct Payload: Sendable {
    static let secret = "a hook's secret for the tests"

    let body: Data
    var headers: [String: String]

    /// - Parameters:
    ///   - recorded: the payload as GitHub sent it.
    ///   - commit: the new tip of `branch`.
    init(
        recorded: Data? = nil, commit: String, repository: String = GitServer.repository, branch: String = "main",
        id: String = UUID().uuidString.lowercased()
    ) throws {
        var push = try JSON(parsing: try recorded ?? Fixture.data("GitHub/webhooks/push.json"))
        push["ref"] = "refs/heads/\(branch)"
        // Each is a push of its own: the same one told twice starts once.
        push["before"] = .string(
            String((UUID().uuidString + UUID().uuidString).filter { $0 != "-" }.lowercased().prefix(40)))
        push["after"] = .string(commit)
        push["deleted"] = false
        push["created"] = false
        push["repository"]["full_name"] = .string(repository)
        push["repository"]["name"] = .string(String(repository.split(separator: "/").last ?? ""))
        push["head_commit"]["id"] = .string(commit)
        self.init(body: try push.data, id: id)
    }

    /// A push that moved `main` by force: its payload doesn't hold what has changed.
    init(forced before: String, to after: String) throws {
        var push = try JSON(parsing: try Payload(commit: after).body)
        push["before"] = .string(before)
        push["forced"] = true
        self.init(body: try push.data)
    }

    /// A pull request to `main`.
    ///
    /// - Parameter fork: the repository that it comes from, where that is another.
    init(pullRequest action: String, head: String, from fork: String? = nil) throws {
        var payload = try JSON(parsing: try Fixture.data("GitHub/webhooks/pull_request-opened.json"))
        payload["action"] = .string(action)
        payload["repository"]["full_name"] = .string(GitServer.repository)
        payload["pull_request"]["head"]["sha"] = .string(head)
        payload["pull_request"]["base"]["ref"] = "main"
        if let fork { payload["pull_request"]["head"]["repo"]["full_name"] = .string(fork) }
        self.init(body: try payload.data)
        headers["X-GitHub-Event"] = "pull_request"
    }

    /// Any body, signed.
    init(body: Data, id: String = UUID().uuidString.lowercased(), secret: String = Payload.secret) {
        self.body = body
        let code = HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: Data(secret.utf8)))
        let digest = code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        headers = [
            "Content-Type": "application/json", "User-Agent": "GitHub-Hookshot/044aadd", "X-GitHub-Event": "push",
            "X-GitHub-Delivery": id, "X-Hub-Signature-256": "sha256=\(digest)",
        ]
    }

    var id: String { headers["X-GitHub-Delivery"] ?? "" }

    func post(to hook: String) async throws -> HTTP.Answer { try await HTTP.post(body, to: hook, headers: headers) }
}
