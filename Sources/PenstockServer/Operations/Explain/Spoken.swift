import Foundation
import PipelineModel

/// How explanations say times, people and executions.
enum Spoken {
    /// `0.4s`, `12s`, `3m05s`, `2h10m`, `6d4h`.
    static func duration(_ seconds: Double) -> String {
        let whole = Int(max(0, seconds).rounded(.down))
        return switch whole {
        case ..<10: String(format: "%.1fs", max(0, seconds))
        case ..<60: "\(whole)s"
        case ..<3600: String(format: "%dm%02ds", whole / 60, whole % 60)
        case ..<86_400: String(format: "%dh%02dm", whole / 3600, whole / 60 % 60)
        default: "\(whole / 86_400)d\(whole / 3600 % 24)h"
        }
    }

    static func time(_ seconds: Double) -> String {
        Date(timeIntervalSince1970: seconds).formatted(.iso8601)
    }

    /// `in 5m00s (2026-11-23T05:00:00Z)`, or when it should have been.
    static func deadline(_ deadline: Double, now: Double) -> String {
        let distance = duration(abs(deadline - now))
        return deadline >= now ? "in \(distance) (\(time(deadline)))" : "was due \(distance) ago (\(time(deadline)))"
    }

    /// An ARN's resource, e.g. `user/administrator`; other texts as they are.
    static func person(_ arn: String) -> String {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", !parts[5].isEmpty else { return arn.isEmpty ? "somebody" : arn }
        return String(parts[5])
    }

    static func count(_ number: Int, _ word: String) -> String { number == 1 ? "1 \(word)" : "\(number) \(word)s" }

    static func list(_ names: some Sequence<String>) -> String { names.joined(separator: ", ") }

    static func retry(_ mode: RetryMode) -> String {
        switch mode {
        case .failedActions: "its failed actions (FAILED_ACTIONS)"
        case .allActions: "all of its actions (ALL_ACTIONS)"
        }
    }
}

/// The numbers by which people know executions.
struct ExecutionNames {
    var numbers: [ExecutionID: Int]

    func callAsFunction(_ id: ExecutionID) -> String {
        numbers[id].map { "execution \($0) (\(id))" } ?? "execution \(id)"
    }
}

extension FailureDetails {
    /// The type, the message, where to look outside, and what can be done about it.
    func told(_ remedy: String?) -> String {
        var text = "\(type.rawValue): \(message)"
        if let externalExecutionSummary, externalExecutionSummary != message {
            text += " (\(externalExecutionSummary))"
        }
        if let externalExecutionURL { text += " (\(externalExecutionURL))" }
        return remedy.map { "\(text) → \($0)" } ?? text
    }
}
