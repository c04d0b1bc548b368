package import Foundation
import PluginKit

/// What an external module costs for each event, for the benchmarks.
package enum ModuleMeter {
    package struct Cost: Sendable {
        /// Seconds a translation.
        package let mean: Double
        /// Of the quickest one: what it costs on a machine that does nothing else.
        package let quickest: Double
    }

    /// Has the module translate a delivery again and again, one at a time; gives what one costs. The process is started
    /// and warm before the clock runs, and ended afterwards.
    ///
    /// - Throws: ``ModuleFault`` when the module doesn't answer.
    package static func costOfTranslation(
        _ module: ExternalModule, webhook: String, headers: [(name: String, value: String)], body: Data, event: String,
        count: Int, in room: ModuleRoom
    ) async throws -> Cost {
        let delivery = VerifiedDelivery(verified: WebhookDelivery(headers: headers, body: body), event: event)
        let request = ModuleRequest.translate(webhook: webhook, delivery, withoutHeaders: [])
        func ask() async throws {
            _ = try await module.supervisor.ask(request, within: .seconds(30), patience: .seconds(30), in: room)
        }
        for _ in 0..<10 { try await ask() }
        var (sum, quickest) = (Duration.zero, Duration.seconds(3600))
        for _ in 0..<count {
            let start = ContinuousClock.now
            try await ask()
            let taken = ContinuousClock.now - start
            sum += taken
            quickest = min(quickest, taken)
        }
        await module.stop()
        return Cost(mean: sum / .seconds(1) / Double(count), quickest: quickest / .seconds(1))
    }
}
