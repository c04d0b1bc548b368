import PipelineEngine
import PipelineModel

/// What a delivery did, in few words for its sender.
struct DeliveryVerdict: Sendable, Equatable {
    enum Word: String, Sendable { case started, ignored, pending }

    let deliveryID: String
    let number: Int64
    let word: Word
    let executions: [ExecutionID]
    let reason: String?

    /// - Parameter reason: of a delivery that was ignored as a whole.
    init(_ receipt: DeliveryReceipt, deliveryID: String, reason: String?) {
        self.deliveryID = deliveryID
        // A repeated delivery gets the first one's answer.
        let decisions = receipt.former?.decisions ?? receipt.decisions
        number = receipt.former?.sequence ?? receipt.sequence
        executions = decisions.compactMap(\.started)
        let isOpen = receipt.former?.isDeferred ?? receipt.isDeferred || decisions.contains { $0.question != nil }
        word = executions.isEmpty ? (isOpen ? .pending : .ignored) : .started
        self.reason = word == .started ? nil : Self.reason(decisions) ?? receipt.former?.reason ?? reason
    }

    /// Several pipelines may each have their reason; the weightiest of them are enough here.
    private static func reason(_ decisions: [DeliveryDecision]) -> String? {
        guard !decisions.isEmpty else { return nil }
        let reasons = decisions.byWeight().prefix(3).map { decision in
            decision.pipeline.map { "\($0): \(decision.reason)" } ?? decision.reason
        }
        let more = decisions.count > 3 ? "; and \(decisions.count - 3) more" : ""
        return String(reasons.joined(separator: "; ").prefix(600)) + more
    }

    /// By hand: every delivery's answer has it.
    var json: String {
        var text = "{\"deliveryId\":"
        JSONText.append(deliveryID, to: &text)
        text += ",\"number\":\(number),\"verdict\":\"\(word.rawValue)\",\"executions\":["
        for (index, execution) in executions.enumerated() {
            if index > 0 { text += "," }
            JSONText.append(execution.rawValue, to: &text)
        }
        text += "],\"reason\":"
        if let reason { JSONText.append(reason, to: &text) } else { text += "null" }
        return text + "}\n"
    }
}

/// Strings as JSON writes them.
enum JSONText {
    static func append(_ value: String, to text: inout String) {
        text += "\""
        if value.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            text += value
        } else {
            for scalar in value.unicodeScalars {
                switch scalar {
                case "\"", "\\": text += "\\\(scalar)"
                case "\n": text += "\\n"
                case _ where scalar.value < 0x20:
                    text += "\\u00" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
                default: text.unicodeScalars.append(scalar)
                }
            }
        }
        text += "\""
    }
}
