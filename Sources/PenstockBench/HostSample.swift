import Crypto
import Foundation
import PluginKit

/// One host's push of the fixtures, with the headers that it comes with.
struct HostSample {
    let scheme: String
    let event: (header: String, value: String)
    let idHeader: String
    let body: Data
    /// Everything but the delivery's id.
    let headers: [(name: String, value: String)]

    /// One for each host whose deliveries are read, the forms of Bitbucket apart.
    ///
    /// - Parameter fixtures: the folder `Fixtures`.
    static func all(in fixtures: URL, secret: String) throws -> [HostSample] {
        [
            try HostSample(
                "GitHub", "GitHub/webhooks/push.json", ("X-GitHub-Event", "push"), id: "X-GitHub-Delivery",
                proof: .hmac("X-Hub-Signature-256", "sha256="), fixtures, secret),
            try HostSample(
                "GitLab", "GitLab/webhooks/push.json", ("X-Gitlab-Event", "Push Hook"), id: "Idempotency-Key",
                proof: .token("X-Gitlab-Token"), fixtures, secret),
            try HostSample(
                "Gitea", "Gitea/webhooks/gitea-push.json", ("X-Gitea-Event", "push"), id: "X-Gitea-Delivery",
                proof: .hmac("X-Gitea-Signature", ""), fixtures, secret),
            try HostSample(
                "Bitbucket", "Bitbucket/webhooks/cloud/repo.push.json", ("X-Event-Key", "repo:push"),
                id: "X-Request-UUID", proof: .hmac("X-Hub-Signature", "sha256="), fixtures, secret),
            try HostSample(
                "BitbucketServer", "Bitbucket/webhooks/server/repo.refs_changed.json",
                ("X-Event-Key", "repo:refs_changed"), id: "X-Request-Id", proof: .hmac("X-Hub-Signature", "sha256="),
                fixtures, secret),
        ]
    }

    private enum Proof {
        case hmac(String, String)
        case token(String)
    }

    private init(
        _ scheme: String, _ path: String, _ event: (String, String), id: String, proof: Proof, _ fixtures: URL,
        _ secret: String
    ) throws {
        self.scheme = scheme
        self.event = event
        idHeader = id
        body = try Data(contentsOf: fixtures.appending(path: path))
        let shown: (String, String) =
            switch proof {
            case .token(let header): (header, secret)
            case .hmac(let header, let prefix): (header, prefix + Self.digest(of: body, secret))
            }
        headers = [("Content-Type", "application/json"), event, shown]
    }

    private static func digest(of body: Data, _ secret: String) -> String {
        HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: Data(secret.utf8)))
            .map { String(format: "%02x", $0) }.joined()
    }
}
