import PluginKit

/// Reads an entry of `contributes.webhooks`.
enum ManifestWebhook {
    static func read(_ node: ManifestNode) throws -> ModuleManifest.Webhook {
        try node.expect(["name", "signature", "deliveryIDHeaders", "eventHeaders", "unsignedEvents"])
        return ModuleManifest.Webhook(
            name: try node.required("name").name(), signature: try signature(try node.required("signature")),
            deliveryIDHeaders: try node.member("deliveryIDHeaders")?.texts() ?? [],
            eventHeaders: try node.member("eventHeaders")?.texts() ?? [],
            unsignedEvents: Set(try node.member("unsignedEvents")?.texts() ?? []))
    }

    private static func signature(_ node: ManifestNode, isNested: Bool = false) throws -> WebhookSignature {
        try node.expect(["scheme", "header", "prefix", "of", "tolerance", "schemes"])
        let scheme = try node.required("scheme")
        switch try scheme.text() {
        case "hmacSHA256":
            return .hmacSHA256(
                header: try node.required("header").text(), prefix: try prefix(node), of: try signedText(node))
        case "token": return .token(header: try node.required("header").text())
        case "authorization": return .authorization
        case "standardWebhooks":
            return .standardWebhooks(tolerance: try node.member("tolerance")?.integer(1...86_400) ?? 300)
        case "firstPresent" where !isNested:
            let schemes = try node.required("schemes").items().map { try signature($0, isNested: true) }
            guard !schemes.isEmpty else { throw try node.required("schemes").fault("must hold one scheme or more") }
            return .firstPresent(schemes)
        default:
            throw scheme.fault(
                "must be hmacSHA256, token, authorization, standardWebhooks or (not inside itself) firstPresent")
        }
    }

    /// The only text that may be empty.
    private static func prefix(_ node: ManifestNode) throws -> String {
        guard let prefix = node.member("prefix") else { return "" }
        guard let text = prefix.value.string else { throw prefix.fault("must be a text") }
        return text
    }

    private static func signedText(_ node: ManifestNode) throws -> WebhookSignature.SignedText {
        guard let text = node.member("of") else { return .body }
        if text.value == .string("body") { return .body }
        guard let field = text.member("formField") else {
            throw text.fault(#"must be "body" or {"formField": "NAME"}"#)
        }
        try text.expect(["formField"])
        return .formField(try field.text())
    }
}

extension WebhookSignature {
    /// The headers that hold a proof: with some schemes the hook's secret itself.
    var headers: [String] {
        switch self {
        case .hmacSHA256(let header, _, _), .token(let header): [header]
        case .authorization: ["Authorization"]
        case .standardWebhooks: ["webhook-signature"]
        case .firstPresent(let schemes): schemes.flatMap(\.headers)
        }
    }
}
