import Foundation

/// Explanations as people read them on a terminal.
package enum ExplanationText {
    package static func lines(_ explanation: ExecutionExplanation) -> [String] {
        let status = explanation.status + (explanation.summary.map { ": \($0)" } ?? "")
        return [
            "execution \(explanation.number) of \(explanation.pipeline) (\(explanation.execution)): \(status)", "",
        ]
            + explanation.lines.map { line in
                let moment = line.kind == "now" ? "now" : Self.after(line.after)
                return "\(line.at.formatted(.iso8601))  \(pad(moment, to: 9))  \(line.text)"
            }
    }

    private static func after(_ seconds: Double) -> String {
        (seconds < 0 ? "-" : "+") + Spoken.duration(abs(seconds))
    }

    private static func pad(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    package static func lines(_ explanation: PipelineExplanation) -> [String] {
        var lines = [
            "\(explanation.pipeline), version \(explanation.version), \(explanation.mode), at "
                + explanation.at.formatted(.iso8601), "", "sources:",
        ]
        lines += explanation.sources.flatMap(Self.lines)
        for stage in explanation.stages {
            lines += ["", "stage \(stage.name):"] + Self.lines(stage, at: explanation.at)
        }
        if !explanation.parallel.isEmpty {
            lines += ["", "executions that run side by side:"]
            lines += explanation.parallel.flatMap { Self.lines($0, at: explanation.at) }
        }
        if !explanation.openDeliveries.isEmpty {
            lines += ["", "deliveries that may start it yet, or wait for a replay:"]
            lines += explanation.openDeliveries.map {
                "  \($0.sequence)  \($0.receivedAt.formatted(.iso8601))  \($0.hook) \($0.event): \($0.situation)"
            }
        }
        if !explanation.refusedDeliveries.isEmpty {
            lines += ["", "the last deliveries that started nothing here:"]
            lines += explanation.refusedDeliveries.map {
                "  \($0.sequence)  \($0.receivedAt.formatted(.iso8601))  \($0.hook) \($0.event): \($0.reason)"
            }
        }
        return lines
    }

    private static func lines(_ source: PipelineExplanation.Source) -> [String] {
        var lines = ["  \(source.action) (\(source.provider))"] + source.listens.map { "    \($0)" }
        if let revision = source.lastRevision {
            lines.append("    last revision: \(revision)" + (source.lastRevisionFrom.map { ", from \($0)" } ?? ""))
        }
        return lines
    }

    private static func lines(_ stage: PipelineExplanation.Stage, at now: Date) -> [String] {
        var lines: [String] = []
        if let transition = stage.disabledTransition {
            let since = Spoken.duration(now.timeIntervalSince(transition.at))
            lines.append(
                "  transition disabled by \(transition.by) \(since) ago"
                    + (transition.reason.isEmpty ? "" : ": \(transition.reason)"))
        }
        if let occupant = stage.occupant {
            lines += Self.lines(occupant, at: now)
        } else {
            lines.append("  free" + (stage.last.map { "; last: \($0)" } ?? ""))
        }
        lines += stage.waiting.map { waiting in
            "  execution \(waiting.number) (\(waiting.id)) waits for "
                + "\(Spoken.duration(now.timeIntervalSince(waiting.since))): \(waiting.reason)"
        }
        return lines + ["  \(stage.next)"]
    }

    private static func lines(_ execution: PipelineExplanation.Execution, at now: Date) -> [String] {
        let since = Spoken.duration(now.timeIntervalSince(execution.since))
        let place = execution.stage.map { " in \($0)" } ?? ""
        return ["  execution \(execution.number) (\(execution.id)) \(execution.status)\(place) for \(since)"]
            + execution.doing.map { "    \($0)" }
    }

    /// What a delivery did, in sentences.
    package static func lines(_ delivery: DeliveryView) -> [String] {
        var text =
            "delivery \(delivery.sequence) came in at hook \(delivery.hook) at "
            + "\(delivery.receivedAt.formatted(.iso8601)): \(delivery.provider) \(delivery.event), id "
            + "\(delivery.deliveryId)"
        if let original = delivery.replayOf { text += ", a replay by hand of delivery \(original)" }
        var lines = [text, "it was \(Self.outcome(delivery.outcome))" + (delivery.reason.map { ": \($0)" } ?? "")]
        if let situation = delivery.situation { lines.append(situation) }
        lines += delivery.decisions.map { decision in
            guard let pipeline = decision.pipeline else { return "nothing was started: \(decision.reason)" }
            guard let started = decision.started else {
                return "pipeline \(pipeline) was not started: \(decision.reason)"
            }
            return "pipeline \(pipeline) was started as execution \(started): \(decision.reason)"
        }
        return lines
    }

    private static func outcome(_ outcome: String) -> String {
        switch outcome {
        case "accepted": "accepted"
        case "ignored": "ignored"
        case "duplicate": "a duplicate"
        default: "refused (\(outcome))"
        }
    }
}
