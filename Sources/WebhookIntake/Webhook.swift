package import Foundation
package import PipelineEngine
import PipelineModel

/// A webhook as PutWebhook made it, with its secret open: it speaks to one pipeline, for whoever authenticates.
package struct Webhook: Sendable {
    package enum Authentication: Sendable {
        /// Under this secret the body is signed.
        case gitHubHMAC(Data)
        case addressRange(AllowedIPRange)
        case unauthenticated
        /// What the record says can't be used, e.g. a secret that another key sealed: nobody is let in.
        case unusable(reason: String)
    }

    package let record: WebhookRecord
    package let arn: String
    package let authentication: Authentication

    package init(record: WebhookRecord, arn: String, authentication: Authentication) {
        self.record = record
        self.arn = arn
        self.authentication = authentication
    }

    /// Opens the record's secret.
    package init(_ record: WebhookRecord, arn: String, vault: any SecretVault) {
        self.record = record
        self.arn = arn
        switch record.authentication {
        case .unauthenticated: authentication = .unauthenticated
        case .addressRange(let text):
            authentication =
                AllowedIPRange(text).map { .addressRange($0) } ?? .unusable(reason: "its address range is none")
        case .gitHubHMAC(let secret):
            do {
                authentication = .gitHubHMAC(Data(try vault.open(secret).utf8))
            } catch {
                authentication = .unusable(reason: "its secret can't be opened: \(error)")
            }
        }
    }

    /// The word on a delivery that has authenticated itself: whether the pipeline starts. A start takes the newest
    /// commit; it is not the delivery that names one (spec: triggers-and-webhooks A3).
    func verdict(_ filters: [WebhookFilter], for declaration: PipelineDeclaration) -> MatchVerdict {
        let name = record.targetAction
        guard let action = declaration.stages.first?.actions.first(where: { $0.name == name }) else {
            return .no(reason: "pipeline '\(declaration.name)' has no source action '\(name)' any more")
        }
        let misses = filters.compactMap { $0.miss(in: action.configuration) }
        guard misses.isEmpty else { return .no(reason: misses.joined(separator: "; ")) }
        return .starts(StartRequest(trigger: ExecutionTrigger(type: .webhook, detail: arn)))
    }
}
