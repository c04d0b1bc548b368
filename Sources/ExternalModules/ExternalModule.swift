import Foundation
package import PluginKit

/// One external module: a manifest, its settings, and a process that is kept up. What it contributes is used like what
/// a bundled module contributes.
package struct ExternalModule: Sendable {
    package let manifest: ModuleManifest
    let supervisor: ModuleSupervisor

    /// Starts nothing.
    ///
    /// - Parameter settings: the module's entry under `modules:`, secrets in place.
    /// - Throws: ``SettingsError`` naming the setting.
    package init(
        _ manifest: ModuleManifest, settings: SettingValue, supervision: SupervisionSettings = SupervisionSettings()
    ) throws {
        self.manifest = manifest
        supervisor = ModuleSupervisor(
            manifest, settings: try ModuleSettings(settings, of: manifest), supervision: supervision)
    }

    package var contributions: [Contribution] {
        manifest.webhooks.map { .deferredWebhook(ExternalWebhook(webhook: $0, supervisor: supervisor)) }
            + manifest.actions.map { .action(ExternalAction($0, supervisor: supervisor)) }
    }

    package var status: ModuleStatus { supervisor.status }

    /// The process's state, and what the module says of itself when it runs and has room to answer.
    package func health(on host: any PluginHost) async -> [HealthFinding] {
        guard status.phase == .running else { return [status.finding] }
        do throws(ModuleFault) {
            let answer = try await supervisor.ask(
                .health, within: manifest.timeouts.health, patience: .milliseconds(100),
                in: try host.room(manifest.name))
            guard case .health(let findings) = answer else { return [status.finding] }
            return [status.finding] + findings
        } catch {
            // A busy module is not asked; one that was killed for its silence shows it in its state.
            return [status.finding]
        }
    }

    /// Ends its process and lets none be started again.
    package func stop() async { await supervisor.stop() }
}
