import CodePipelineAPI
import Foundation
import PipelineEngine
import PipelineModel
import Synchronization

/// Hosts that do what they are told, unless the webhook's name says otherwise.
struct PlayedHooks: ThirdPartyHooks {
    let registry: any Registry

    func url(of hook: HookID) -> String { "https://penstock.example/hooks/\(hook)" }

    func register(_ webhook: WebhookRecord) async throws {
        var record = HookRegistrationRecord(
            origin: .webhook, hook: webhook.name, repository: "acme/app", connection: "arn:c",
            url: url(of: webhook.hook), state: .registered)
        if webhook.name == "broken" {
            record.state = .failed
            record.errorCode = "PermissionError"
            record.errorMessage = "the token may not manage hooks"
        }
        try await registry.change(registry: [.put(try record.entry())])
    }

    func deregister(_ webhook: WebhookRecord) async throws {
        let key = HookRegistrationRecord.key(.webhook, webhook.name, "")
        try await registry.change(registry: [.remove(.hookRegistration, name: key)])
    }
}

/// The connections of a configuration.
struct GivenDeclarations: DeclaredConnections {
    static let arn = "arn:aws:codeconnections:us-east-1:000000000000:connection/github"

    func declared() -> [DeclaredConnection] {
        [DeclaredConnection(name: "github", arn: ConnectionARN(Self.arn), providerType: "GitHub")]
    }
}

/// Before each change somebody else changes what it expects; so many times.
final class Rushed: Registry {
    private let base: any Registry
    private let left: Mutex<Int>

    init(base: any Registry, times: Int) {
        self.base = base
        left = Mutex(times)
    }

    func registered(_ kind: RegistryEntry.Kind) async throws -> [RegistryEntry] { try await base.registered(kind) }

    func change(registry changes: [RegistryChange]) async throws {
        for case .expect(let kind, let name, let record?) in changes {
            let isRushed = left.withLock { left in
                left -= 1
                return left >= 0
            }
            guard isRushed else { continue }
            let other = String(decoding: record, as: UTF8.self) + " "
            try await base.change(registry: [
                .put(RegistryEntry(kind: kind, name: name, record: Data(other.utf8)))
            ])
        }
        try await base.change(registry: changes)
    }
}
