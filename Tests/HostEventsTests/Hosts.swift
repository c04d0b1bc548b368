import Foundation
import PipelineModel
import PluginKit

@testable import PenstockServer
@testable import WebhookIntake

/// The hosts whose deliveries the bundled modules read, and the gate in front of each.
enum Hosts {
    static let modules: Modules = {
        // Only a broken catalogue fails here, and then every test of it says so.
        guard let settings = try? settings(), let modules = try? Modules(settings) else {
            preconditionFailure("the bundled modules don't start without settings")
        }
        return modules
    }()

    private static func settings() throws -> ServerSettings {
        let folder = FileManager.default.temporaryDirectory.appending(path: "penstock-hosts-\(UUID().uuidString)")
        return try ServerSettings.load(.init(data: folder.path), environment: [:])
    }

    /// What a delivery comes to, from its raw bytes on.
    enum Outcome {
        case parsed(ParsedDelivery)
        case refused(String)
        case unreadable(String)
    }

    static func take(
        _ body: Data, headers: [(name: String, value: String)], by scheme: String, secret: String? = nil
    ) throws -> Outcome {
        guard let translator = modules.translators[scheme] else { throw Missing(scheme: scheme) }
        let connection = Connection(
            name: "host", arn: "arn:aws:codeconnections:us-east-1:000000000000:connection/host", provider: scheme,
            url: "https://host.example")
        let hook = Hook(
            id: "id", name: "hook", translator: translator,
            authentication: secret.map { .secrets([Data($0.utf8)]) } ?? .unauthenticated, connection: connection,
            servesGitHubV1: false)
        let delivery = WebhookDelivery(headers: headers, body: body)
        switch SignatureGate(hook: hook, now: 0).check(delivery) {
        case .refused(let reason): return .refused(reason)
        case .verified(let verified):
            guard case .immediate(let provider) = hook.translator else { throw Missing(scheme: scheme) }
            do throws(PayloadError) { return .parsed(try provider.parse(verified)) } catch {
                return .unreadable(error.description)
            }
        }
    }

    struct Missing: Error { let scheme: String }
}
