import Foundation
package import PipelineModel

/// A webhook as PutWebhook made it.
package struct WebhookRecord: RegistryRecord {
    package static let kind = RegistryEntry.Kind.webhook

    package struct Filter: Codable, Sendable, Equatable {
        package var jsonPath: String
        /// With `{Key}` for values of the target action's configuration; `nil`: the path must select something.
        package var matchEquals: String?

        package init(jsonPath: String, matchEquals: String?) {
            self.jsonPath = jsonPath
            self.matchEquals = matchEquals
        }
    }

    package enum Authentication: Codable, Sendable, Equatable {
        case gitHubHMAC(secret: SealedSecret)
        case addressRange(String)
        case unauthenticated
    }

    package var name: String
    /// The last part of its URL. Stays when the webhook is put again.
    package var hook: HookID
    package var targetPipeline: PipelineName
    package var targetAction: ActionName
    package var filters: [Filter]
    package var authentication: Authentication
    package var tags: [String: String]

    package var key: String { name }

    package init(
        name: String, hook: HookID, targetPipeline: PipelineName, targetAction: ActionName, filters: [Filter],
        authentication: Authentication, tags: [String: String]
    ) {
        self.name = name
        self.hook = hook
        self.targetPipeline = targetPipeline
        self.targetAction = targetAction
        self.filters = filters
        self.authentication = authentication
        self.tags = tags
    }

    /// The entry that tells when it last started its pipeline.
    package var trigger: RegistryEntry { RegistryEntry(kind: .webhookTrigger, name: name, record: .init("{}".utf8)) }
}

extension WebhookRecord.Filter {
    /// The configuration keys that `matchEquals` names, in order.
    package var placeholders: [String] {
        pieces.compactMap { if case .placeholder(let key) = $0 { key } else { nil } }
    }

    /// `matchEquals` with its placeholders filled in; `nil` when one has no value that could be shown.
    package func expectation(in configuration: [String: ConfigurationValue]) -> String? {
        var text = ""
        for piece in pieces {
            switch piece {
            case .text(let part): text += part
            case .placeholder(let key):
                guard case .plain(let value)? = configuration[key] else { return nil }
                text += value
            }
        }
        return text
    }

    private enum Piece {
        case text(Substring)
        case placeholder(String)
    }

    private var pieces: [Piece] {
        var pieces: [Piece] = []
        var rest = (matchEquals ?? "")[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            // Of several braces the last before the end counts.
            let start = rest[open..<close].lastIndex(of: "{") ?? open
            pieces.append(.text(rest[..<start]))
            pieces.append(.placeholder(String(rest[rest.index(after: start)..<close])))
            rest = rest[rest.index(after: close)...]
        }
        return pieces + [.text(rest)]
    }
}
