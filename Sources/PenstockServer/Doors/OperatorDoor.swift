import CurlTransport
import ExternalModules
import Foundation
import Hummingbird
import PipelineModel
import PluginKit
import Logging
import PipelineEngine
import ActionRunner

/// What operators and their monitors ask: is it alive, is it ready, which version, how does it do.
struct OperatorDoor {
    let gateway: Gateway
    let version: String

    func alive() -> Response { Response(200, "ok\n") }

    /// Ready means that the ledger answers and takes writes, and that nobody has asked the gateway to stop.
    func ready() async -> Response {
        guard !gateway.workshop.isDraining else { return Response(503, "the gateway is shutting down\n") }
        do {
            _ = try await gateway.ledger.nextDue()
            try await gateway.confirmWrites()
            return Response(200, "ready\n")
        } catch {
            gateway.logger.error("not ready", metadata: ["reason": "\(error)"])
            return Response(503, "the ledger does not answer\n")
        }
    }

    func versionAnswer() -> Response {
        Response(200, "{\"name\":\"penstock\",\"version\":\"\(version)\"}\n", contentType: "application/json")
    }

    /// - Parameter path: `PIPELINE/EXECUTION`; links of approval messages lead here too, with more than that.
    func page(_ path: [Substring], key: String?) async -> Response {
        await ExecutionPage(ledger: gateway.ledger, key: gateway.linkKey).answer(path, key: key)
    }

    /// One series for each external module; a bundled one is up as long as the gateway is.
    private var moduleGauges: [(name: String, labels: KeyValuePairs<String, String>, value: Double)] {
        gateway.modules.loaded.flatMap { module in
            let name = module.description.name
            let labels: KeyValuePairs = ["kind": module.kind.rawValue, "module": name]
            guard let status = module.external?.status else { return [("penstock_module_up", labels, 1.0)] }
            return [
                ("penstock_module_up", labels, [.running, .waiting].contains(status.phase) ? 1 : 0),
                ("penstock_module_restarts", ["module": name], Double(status.restarts)),
                ("penstock_module_requests_in_flight", ["module": name], Double(status.inFlight)),
            ]
        }
    }

    func metrics() async -> Response {
        var gauges: [(name: String, labels: KeyValuePairs<String, String>, value: Double)] = [
            ("penstock_ledger_queue_depth", [:], Double(gateway.ledgerQueueDepth)),
            ("penstock_jobs_running", [:], Double(gateway.workshop.jobCount)),
        ]
        for host in gateway.hosts.states {
            gauges.append(("penstock_host_up", ["host": host.host], host.word == .ok ? 1 : 0))
        }
        gauges += moduleGauges
        do {
            let counts = try await gateway.ledger.counts()
            gauges.append(("penstock_pipelines", [:], Double(counts.pipelines)))
            gauges.append(("penstock_effects", ["state": "due"], Double(counts.effectsDue)))
            gauges.append(("penstock_effects", ["state": "waiting"], Double(counts.effectsWaiting)))
            gauges.append(("penstock_deliveries_journaled", [:], Double(counts.deliveries)))
            for status in ExecutionStatus.allCases {
                gauges.append(
                    ("penstock_executions", ["status": status.rawValue], Double(counts.executionsByStatus[status] ?? 0))
                )
            }
        } catch {
            return Response(503, "the ledger does not answer\n")
        }
        return Response(
            200, gateway.metrics.text(gauges: gauges), contentType: "text/plain; version=0.0.4; charset=utf-8")
    }
}
