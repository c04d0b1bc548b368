import Crypto
import Foundation
import PluginKit

/// The push of the fixtures, signed and varied.
struct PushBody {
    let repository: String
    private let text: String
    let commit: String

    private struct Members: Decodable {
        struct Repository: Decodable {
            let fullName: String
            enum CodingKeys: String, CodingKey { case fullName = "full_name" }
        }

        let after: String
        let repository: Repository
    }

    init(contentsOf file: URL) throws {
        let data = try Data(contentsOf: file)
        let members = try JSONDecoder().decode(Members.self, from: data)
        text = String(decoding: data, as: UTF8.self)
        commit = members.after
        repository = members.repository.fullName
    }

    var bytes: Data { Data(text.utf8) }

    /// The same push to another repository and at another commit.
    func bytes(repository: String, commit: String) -> Data {
        Data(
            text.replacingOccurrences(of: self.repository, with: repository)
                .replacingOccurrences(of: self.commit, with: commit).utf8)
    }

    /// As GitHub sends it.
    static func signature(of body: Data) -> String {
        let key = SymmetricKey(data: Data(BenchWorld.secret.utf8))
        let code = HMAC<SHA256>.authenticationCode(for: body, using: key)
        return "sha256=" + code.map { String(format: "%02x", $0) }.joined()
    }

    static func headers(of body: Data) -> [(name: String, value: String)] {
        [
            ("Content-Type", "application/json"), ("User-Agent", "GitHub-Hookshot/bench"), ("X-GitHub-Event", "push"),
            ("X-Hub-Signature-256", signature(of: body)), ("X-GitHub-Delivery", UUID().uuidString.lowercased()),
        ]
    }

    static func delivery(of body: Data) -> WebhookDelivery { WebhookDelivery(headers: headers(of: body), body: body) }
}
