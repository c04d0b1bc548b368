import Crypto
import Foundation
import PipelineModel
import PluginKit
import Testing

@testable import WebhookIntake

/// How deliveries prove themselves, each kind with two live secrets.
@Suite struct SignatureGateTests {
    private struct Scheme: WebhookProvider {
        let name = "Any"
        let signature: WebhookSignature
        let deliveryIDHeaders = ["X-Delivery"]
        let eventHeaders = ["X-Event"]
        func parse(_ delivery: VerifiedDelivery) throws(PayloadError) -> ParsedDelivery { ParsedDelivery(events: []) }
    }

    /// Standard Webhooks keys are base64 after a prefix.
    static let secrets = ["new", "old"]
    private static let now = 1_800_000_000.0

    private func complaint(
        _ signature: WebhookSignature, _ headers: [(String, String)], _ body: String = "{}",
        secrets: [String] = SignatureGateTests.secrets
    ) -> String? {
        let hook = Hook(
            id: "h", name: "h", translator: .immediate(Scheme(signature: signature)),
            authentication: .secrets(secrets.map { Data($0.utf8) }), connection: IntakeBench.connection,
            servesGitHubV1: false)
        let delivery = WebhookDelivery(headers: headers.map { (name: $0.0, value: $0.1) }, body: Data(body.utf8))
        switch SignatureGate(hook: hook, now: Self.now).check(delivery) {
        case .verified: return nil
        case .refused(let reason): return reason
        }
    }

    private static func hex(_ text: String, _ secret: String) -> String {
        HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: SymmetricKey(data: Data(secret.utf8)))
            .map { String(format: "%02x", $0) }.joined()
    }

    private static let hmac = WebhookSignature.hmacSHA256(header: "X-Sig", prefix: "sha256=")
    private static let bare = WebhookSignature.hmacSHA256(header: "X-Sig", prefix: "")
    private static let form = WebhookSignature.hmacSHA256(header: "X-Sig", prefix: "", of: .formField("payload"))
    private static let formType = ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")

    static let hmacCases: [(WebhookSignature, [(String, String)], String, Bool)] = [
        (hmac, [("x-sig", "sha256=" + hex("{}", "new"))], "{}", true),
        (hmac, [("X-Sig", "sha256=" + hex("{}", "old"))], "{}", true),
        (hmac, [("X-Sig", "sha256=" + hex("{}", "older"))], "{}", false),
        (hmac, [("X-Sig", "sha256=" + hex("{} ", "new"))], "{}", false),
        (hmac, [("X-Sig", "sha256=")], "{}", false), (hmac, [("X-Sig", "")], "{}", false), (hmac, [], "{}", false),
        (hmac, [("X-Sig", hex("{}", "new"))], "{}", false),
        (hmac, [("X-Sig", "sha256=zz")], "{}", false), (hmac, [("X-Sig", "sha256=abc")], "{}", false),
        (hmac, [("X-Sig", "sha256=" + String(hex("{}", "new").dropLast(2)))], "{}", false),
        (bare, [("X-Sig", hex("{}", "new"))], "{}", true), (bare, [("X-Sig", "")], "{}", false),
        (form, [("X-Sig", hex("{\"a\":1}", "new")), formType], "payload=%7B%22a%22%3A1%7D", true),
        (form, [("X-Sig", hex("payload=%7B%22a%22%3A1%7D", "new")), formType], "payload=%7B%22a%22%3A1%7D", false),
        (form, [("X-Sig", hex("{\"a\":1}", "new")), formType], "other=%7B%7D", false),
        (form, [("X-Sig", hex("{\"a\":1}", "new"))], "{\"a\":1}", true),
    ]

    @Test(arguments: hmacCases)
    func `an HMAC of the signed text under any live secret`(
        signature: WebhookSignature, headers: [(String, String)], body: String, isIn: Bool
    ) {
        #expect((complaint(signature, headers, body) == nil) == isIn)
    }

    static let tokenCases: [(WebhookSignature, [(String, String)], Bool)] = [
        (.token(header: "X-Token"), [("X-Token", "new")], true),
        (.token(header: "X-Token"), [("x-token", "old")], true),
        (.token(header: "X-Token"), [("X-Token", "ne")], false),
        (.token(header: "X-Token"), [("X-Token", "")], false),
        (.token(header: "X-Token"), [], false),
        (.authorization, [("Authorization", "Bearer new")], true),
        (.authorization, [("Authorization", "Bearer old")], true),
        (.authorization, [("Authorization", "Bearer ")], false),
        (.authorization, [("Authorization", "Basic " + Data("anybody:old".utf8).base64EncodedString())], true),
        (.authorization, [("Authorization", "Basic " + Data("anybody:x:old".utf8).base64EncodedString())], false),
        (.authorization, [("Authorization", "Basic " + Data("new".utf8).base64EncodedString())], false),
        (.authorization, [("Authorization", "Basic ***")], false),
        (.authorization, [("Authorization", "new")], false), (.authorization, [], false),
    ]

    @Test(arguments: tokenCases)
    func `a token, alone or in Authorization`(signature: WebhookSignature, headers: [(String, String)], isIn: Bool) {
        #expect((complaint(signature, headers) == nil) == isIn)
    }

    private static let key = Data((0..<32).map { UInt8($0) })

    private static func standard(
        at offset: Double = 0, id: String = "m-1", key: Data = key, more: String = "", text: String = "{}"
    ) -> [(String, String)] {
        let stamp = String(Int(now + offset))
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("\(id).\(stamp).\(text)".utf8), using: SymmetricKey(data: key))
        return [
            ("webhook-id", id), ("webhook-timestamp", stamp),
            ("webhook-signature", more + "v1," + Data(code).base64EncodedString()),
        ]
    }

    static let standardCases: [(String, [(String, String)], Bool)] = [
        ("now", standard(), true), ("late", standard(at: -299), true), ("early", standard(at: 299), true),
        ("too late", standard(at: -301), false), ("too early", standard(at: 301), false),
        ("one of several", standard(more: "v1,AAAA v2,xyz "), true),
        ("another body", standard(text: "{ }"), false),
        ("another key", standard(key: Data("x".utf8)), false),
        ("the old secret as it stands", standard(key: Data("old".utf8)), true),
        ("no id", Array(standard().dropFirst()), false), ("no signature", Array(standard().dropLast()), false),
        ("an odd time", [("webhook-timestamp", "1e9")] + standard(), false),
        ("an empty signature", [("webhook-signature", "")] + standard(), false),
        ("another version only", standard().dropLast() + [("webhook-signature", "v2,AAAA")], false),
    ]

    @Test(arguments: standardCases)
    func `Standard Webhooks: a signature of id, time and body within five minutes`(
        name: String, headers: [(String, String)], isIn: Bool
    ) {
        let secrets = ["whsec_" + Self.key.base64EncodedString(), "old"]
        #expect((complaint(.standardWebhooks(tolerance: 300), headers, secrets: secrets) == nil) == isIn)
    }

    @Test func `the first way that a delivery tries must succeed, there is no falling back`() {
        let either = WebhookSignature.firstPresent([.standardWebhooks(tolerance: 300), .token(header: "X-Token")])
        let secrets = ["whsec_" + Self.key.base64EncodedString(), "new"]
        #expect(complaint(either, Self.standard(), secrets: secrets) == nil)
        #expect(complaint(either, [("X-Token", "new")], secrets: secrets) == nil)
        let wrong = Self.standard(key: Data("x".utf8)) + [("X-Token", "new")]
        #expect(complaint(either, wrong, secrets: secrets)?.contains("webhook-signature") == true)
        #expect(complaint(either, [("webhook-signature", ""), ("X-Token", "new")], secrets: secrets) != nil)
        #expect(complaint(either, [], secrets: secrets)?.contains("X-Token") == true)
    }

    @Test func `no refusal repeats a secret or what was sent in its place`() {
        let given = ["Bearer sesame", "Basic " + Data("u:sesame".utf8).base64EncodedString(), "sesame"]
        for value in given {
            for signature in [WebhookSignature.authorization, .token(header: "Authorization")] {
                let reason = complaint(signature, [("Authorization", value)]) ?? ""
                #expect(!reason.isEmpty && !reason.contains("sesame") && !reason.contains("new"))
            }
        }
    }
}
