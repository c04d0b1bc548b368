package import Foundation
import PluginKit

/// What an external module costs for each event, for the benchmarks.
package enum ModuleMeter {
    /// Has the module translate a delivery again and again, one at a time; gives the mean of each. The process is started
    /// and warm before the clock runs, and ended afterwards.
    ///
    /// - Throws: ``ModuleFault`` when the module doesn't answer.
    package static func secondsPerTranslation(
        _ module: ExternalModule, webhook: String, headers: [(name: String, value: String)], body: Data, event: String,
        count: Int, in room: ModuleRoom
    ) async throws -> Double {
        let delivery = VerifiedDelivery(verified: WebhookDelivery(headers: headers, body: body), event: event)
        let request = ModuleRequest.translate(webhook: webhook, delivery, withoutHeaders: [])
        func ask() async throws {
            _ = try await module.supervisor.ask(request, within: .seconds(30), patience: .seconds(30), in: room)
        }
        for _ in 0..<10 { try await ask() }
        let start = ContinuousClock.now
        for _ in 0..<count { try await ask() }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        await module.stop()
        return seconds / Double(count)
    }
}
