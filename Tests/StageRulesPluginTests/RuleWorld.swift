import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

/// A host whose clock stands still, and rules of stage `Deploy` in it.
struct RuleWorld {
    let host: FakeHost

    /// - Parameter now: `2026-11-23T09:00:30Z`.
    init(now: String = "2026-11-23T09:00:30Z") throws {
        let date = try Date(now, strategy: .iso8601)
        host = try FakeHost(now: { date })
    }

    func judge(_ provider: any RuleProvider, _ configuration: [String: String]) async throws -> RuleOutcome {
        let job = RuleJob(
            id: "rule-1", pipeline: "pipeline", execution: "0e2f7d1c-0000-4000-8000-000000000001", stage: "Deploy",
            gate: .beforeEntry, rule: "Check", type: provider.type.id, region: "us-east-1", account: "000000000000",
            configuration: configuration, started: host.now(), workspace: try host.folder("jobs/rule-1"))
        let outcome = await provider.evaluate(job, on: host)
        // A crash gives the same job again.
        #expect(await provider.evaluate(job, on: host) == outcome)
        return outcome
    }
}

extension RuleOutcome {
    var hasPassed: Bool { if case .passed = self { true } else { false } }

    var failure: FailureDetails? { if case .failed(let failure) = self { failure } else { nil } }
}
