import CodePipelineAPI
import Foundation
import Logging
package import PipelineEngine
import PipelineModel
import PluginKit

/// The hooks of webhooks that PutWebhook made.
extension HookRegistration {
    package func register(_ webhook: WebhookRecord) async throws {
        let former = try await registration(of: webhook)
        let state = try await ledger.state(of: webhook.targetPipeline)
        var record =
            former?.record
            ?? HookRegistrationRecord(
                origin: .webhook, hook: webhook.name, repository: "", connection: "", url: url(of: webhook.hook),
                state: .failed)
        do throws(FailureDetails) {
            let place = try place(of: webhook, in: state?.declaration)
            await removeFormer(former?.record, unlessAt: place)
            record.repository = place.repository
            record.connection = place.connection.arn
            record.url = url(of: webhook.hook)
            let wish = HookWish(repository: place.repository, url: record.url, secret: try secret(of: webhook))
            record.note(
                try await registrar(for: place.connection).register(wish, on: place.connection, host: host))
        } catch {
            record.note(error, state: .failed)
            logger.warning(
                "a webhook could not be registered at its host",
                metadata: ["webhook": "\(webhook.name)", "reason": "\(error.message)"])
        }
        try await registry.put(record, over: former)
    }

    package func deregister(_ webhook: WebhookRecord) async throws {
        guard let former = try await registration(of: webhook) else { return }
        var record = former.record
        let state = try await ledger.state(of: webhook.targetPipeline)
        do throws(FailureDetails) {
            // One that was never made needs no removal.
            if record.hostID != nil {
                try await remove(record, at: connection(of: record, webhook, in: state?.declaration))
            }
        } catch {
            record.note(error, state: .removing)
            return try await registry.put(record, over: former)
        }
        try await registry.forget(former)
    }
}

extension HookRegistration {
    private func registration(of webhook: WebhookRecord) async throws -> Registered<HookRegistrationRecord>? {
        let key = HookRegistrationRecord.key(.webhook, webhook.name, "")
        return try await registry.all(HookRegistrationRecord.self).first { $0.record.key == key }
    }

    private func secret(of webhook: WebhookRecord) throws(FailureDetails) -> Credential? {
        guard case .gitHubHMAC(let sealed) = webhook.authentication else { return nil }
        return Credential(user: "", secret: try open(sealed))
    }

    private func open(_ secret: SealedSecret) throws(FailureDetails) -> String {
        do { return try vault.open(secret) } catch {
            throw FailureDetails(.configurationError, "a secret can't be opened: \(error)")
        }
    }

    /// The repository of the target action, and the connection to its host: of a version 1 action with the token that
    /// it carries itself.
    private func place(
        of webhook: WebhookRecord, in declaration: PipelineDeclaration?
    ) throws(FailureDetails) -> Place {
        let action = declaration?.stages.first?.actions.first { $0.name == webhook.targetAction }
        guard let action else {
            throw FailureDetails(
                .configurationError,
                "pipeline '\(webhook.targetPipeline)' has no source action '\(webhook.targetAction)' any more")
        }
        func plain(_ key: String) -> String? {
            if case .plain(let text)? = action.configuration[key] { text } else { nil }
        }
        switch (action.actionTypeId.owner, action.actionTypeId.provider) {
        case (.thirdParty, "GitHub"):
            guard let owner = plain("Owner"), let repository = plain("Repo") else { break }
            return Place(
                repository: "\(owner)/\(repository)",
                connection: try v1(token: action.configuration["OAuthToken"]))
        case (.aws, "CodeStarSourceConnection"):
            guard let arn = plain("ConnectionArn").map({ ConnectionARN($0) }),
                let repository = plain("FullRepositoryId")
            else { break }
            guard let connection = connections.connection(arn) else {
                throw FailureDetails(
                    .configurationError, connections.absence(of: arn) ?? "there is no connection '\(arn)'")
            }
            return Place(repository: repository, connection: connection)
        default: break
        }
        throw FailureDetails(
            .configurationError, "the action '\(action.name)' (\(action.actionTypeId.provider)) names no repository")
    }

    private func v1(token: ConfigurationValue?) throws(FailureDetails) -> Connection {
        let secret: String? =
            switch token {
            case .sealed(let sealed): try open(sealed)
            case .plain(let text): text
            case nil: nil
            }
        let base = connections.connection(named: v1Connection)
        return Connection(
            name: base?.name ?? v1Connection, arn: base?.arn ?? ConnectionARN("v1:\(v1Connection)"),
            provider: base?.provider ?? "GitHub", url: base?.url ?? "https://github.com", apiURL: base?.apiURL,
            credential: secret.map { Credential(user: "x-access-token", secret: $0) } ?? base?.credential,
            options: base?.options ?? [:], secrets: base?.secrets ?? [:])
    }

    /// Where the hook stands, with the token of the action as it is now.
    private func connection(
        of record: HookRegistrationRecord, _ webhook: WebhookRecord, in declaration: PipelineDeclaration?
    ) -> Connection? {
        if let place = try? place(of: webhook, in: declaration), place.connection.arn == record.connection {
            return place.connection
        }
        return connections.connection(record.connection)
    }

    /// The target has moved: its former host keeps no hook if that can be helped.
    private func removeFormer(_ former: HookRegistrationRecord?, unlessAt place: Place) async {
        guard let former, former.hostID != nil,
            former.repository != place.repository || former.connection != place.connection.arn
        else { return }
        do {
            try await remove(former, at: connections.connection(former.connection))
        } catch {
            logger.warning(
                "a hook stays behind at its host",
                metadata: [
                    "repository": "\(former.repository)", "url": "\(former.url)", "reason": "\(error.message)",
                ])
        }
    }
}
