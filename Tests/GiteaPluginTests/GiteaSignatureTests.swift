import Foundation
import PipelineModel
import PluginKit
import Testing

@testable import GiteaPlugin
@testable import WebhookIntake

/// What the gate says to a delivery of these forges.
enum GateProbe {
    /// `nil`: it is let in.
    static func complaint(
        _ delivery: WebhookDelivery, secret: String, dialect: GiteaDialect = .gitea
    ) -> String? {
        let connection = Connection(
            name: "forge", arn: ConnectionARN(rawValue: "arn:aws:codeconnections:eu-west-1:1:connection/x"),
            provider: dialect.rawValue, url: "https://forge.example")
        let hook = Hook(
            id: HookID(rawValue: "h"), name: "h", translator: .immediate(GiteaWebhook(dialect)),
            authentication: .secrets([Data(secret.utf8)]), connection: connection, servesGitHubV1: false)
        switch SignatureGate(hook: hook, now: 0).check(delivery) {
        case .verified: return nil
        case .refused(let reason): return reason
        }
    }
}

@Suite struct GiteaSignatureTests {
    private static let secret = "It's a secret"
    private static let body = #"{"ref":"refs/heads/café a+b"}"#
    private static let form = "payload=%7B%22ref%22%3A%22refs%2Fheads%2Fcaf%C3%A9+a%2Bb%22%7D"
    private static let digest = "66049ab913bb5b140d59bf7f83f90abdac07c854a1a556eec224be835aa1e44a"

    private static func complaint(
        _ headers: [(name: String, value: String)], body: String = body, dialect: GiteaDialect = .gitea
    ) -> String? {
        GateProbe.complaint(
            WebhookDelivery(headers: headers, body: Data(body.utf8)), secret: secret, dialect: dialect)
    }

    @Test(arguments: ["X-Forgejo-Signature", "X-Gitea-Signature", "X-Gogs-Signature"])
    func `a digest without a prefix is taken under each forge's name`(header: String) {
        #expect(Self.complaint([(header, Self.digest)]) == nil)
        #expect(Self.complaint([(header.lowercased(), Self.digest)], dialect: .forgejo) == nil)
        #expect(Self.complaint([(header, "sha256=" + Self.digest)]) != nil)
        #expect(Self.complaint([(header, String(Self.digest.dropLast()))]) != nil)
    }

    @Test func `of a form the decoded payload is signed`() {
        let type = ("Content-Type", "application/x-www-form-urlencoded")
        #expect(Self.complaint([type, ("X-Gitea-Signature", Self.digest)], body: Self.form) == nil)
        #expect(Self.complaint([("X-Gitea-Signature", Self.digest)], body: Self.form) != nil)
        #expect(Self.complaint([type, ("X-Gitea-Signature", Self.digest)], body: "other=1") != nil)
    }

    @Test func `a signature that is empty or missing is refused, and none after it is tried`() {
        #expect(Self.complaint([]) != nil)
        #expect(Self.complaint([("X-Gitea-Signature", "")]) != nil)
        #expect(Self.complaint([("X-Gitea-Signature", ""), ("X-Gogs-Signature", Self.digest)]) != nil)
        #expect(Self.complaint([("X-Hub-Signature-256", "sha256=" + Self.digest)]) != nil)
        #expect(Self.complaint([("X-Gitea-Signature", Self.digest)], dialect: .gogs) != nil)
    }
}
