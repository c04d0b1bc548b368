package import Foundation
package import PluginKit

/// How an external module does, for `modules list` and `/metrics`.
package struct ModuleStatus: Sendable, Equatable {
    package enum Phase: String, Sendable, CaseIterable {
        /// Not started yet.
        case waiting
        case starting
        case running
        /// It has ended; the next start has its time.
        case restarting
        /// It has ended three times in a row or more.
        case broken
        case stopped
    }

    package var phase: Phase
    package var since: Date
    package var restarts: Int
    package var lastError: String?
    package var lastErrorAt: Date?
    package var inFlight: Int

    /// As `modules list` shows it.
    package var finding: HealthFinding {
        let time = since.formatted(.iso8601)
        let error = lastError.map { "; last: \($0)" } ?? ""
        let count = restarts == 0 ? "" : ", \(restarts) \(restarts == 1 ? "restart" : "restarts")"
        let (status, text): (HealthFinding.Status, String) =
            switch phase {
            case .waiting: (.ok, "not started yet")
            case .starting: (.ok, "starting since \(time)\(count)")
            case .running: (.ok, "running since \(time)\(count)\(error)")
            case .restarting: (.warning, "restarting, ended at \(time)\(count)\(error)")
            case .broken: (.failed, "broken since \(time)\(count)\(error)")
            case .stopped: (.ok, "stopped")
            }
        return HealthFinding(name: "process", status: status, message: text)
    }
}
