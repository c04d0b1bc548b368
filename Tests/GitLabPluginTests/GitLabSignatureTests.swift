import Foundation
import PipelineModel
import PluginKit
import Testing

@testable import GitLabPlugin
@testable import WebhookIntake

@Suite struct GitLabSignatureTests {
    /// The base64 of the bytes 0 to 31.
    private static let signing = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    private static let body = #"{"object_kind":"push"}"#
    private static let id = "3a427872-00df-429c-9bc9-a9475de2efe4"
    private static let time = 1_770_000_000.0
    private static let signature = "v1,pAQbiRL7Rw0nQbuOD+k5EJcyxE5cf/1lrJwCRmGuR9M="

    private static func complaint(
        _ headers: [(name: String, value: String)], secret: String = signing, now: Double = time, body: String = body
    ) -> String? {
        let connection = Connection(
            name: "gitlab", arn: ConnectionARN(rawValue: "arn:aws:codeconnections:eu-west-1:1:connection/x"),
            provider: "GitLab", url: "https://gitlab.example")
        let hook = Hook(
            id: HookID(rawValue: "h"), name: "h", translator: .immediate(GitLabWebhook()),
            authentication: .secrets([Data("another".utf8), Data(secret.utf8)]), connection: connection,
            servesGitHubV1: false)
        let delivery = WebhookDelivery(headers: headers, body: Data(body.utf8))
        switch SignatureGate(hook: hook, now: now).check(delivery) {
        case .verified: return nil
        case .refused(let reason): return reason
        }
    }

    private static func signed(_ signature: String = signature) -> [(name: String, value: String)] {
        [("webhook-id", id), ("webhook-timestamp", "1770000000"), ("webhook-signature", signature)]
    }

    @Test func `a signature over id, time and body is taken within five minutes`() {
        #expect(Self.complaint(Self.signed()) == nil)
        #expect(Self.complaint(Self.signed("v1,AAAA v2,x \(Self.signature)")) == nil)
        #expect(Self.complaint(Self.signed(), now: Self.time + 299) == nil)
        #expect(Self.complaint(Self.signed(), now: Self.time + 301) != nil)
        #expect(Self.complaint(Self.signed(), now: Self.time - 301) != nil)
        #expect(Self.complaint(Self.signed(), body: Self.body + " ") != nil)
        #expect(Self.complaint(Self.signed("")) != nil)
    }

    @Test func `a wrong signature isn't made good by the right token`() {
        let token = ("X-Gitlab-Token", Self.signing)
        #expect(Self.complaint([token]) == nil)
        #expect(Self.complaint(Self.signed("v1,AAAA") + [token]) != nil)
        #expect(Self.complaint([("webhook-signature", ""), token]) != nil)
    }

    @Test func `a token is the secret itself`() {
        #expect(Self.complaint([("x-gitlab-token", "plain")], secret: "plain") == nil)
        #expect(Self.complaint([("X-Gitlab-Token", "Plain")], secret: "plain") != nil)
        #expect(Self.complaint([("X-Gitlab-Token", "")], secret: "plain") != nil)
        #expect(Self.complaint([], secret: "plain") != nil)
    }
}
