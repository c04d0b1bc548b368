import Foundation
import PipelineModel

extension ApprovalNotice {
    /// What goes to the SNS topic: CodePipeline's subject and JSON (spec: execution-semantics §14).
    ///
    /// - Parameter consoleLinkBase: what stands before `/view/…` in the links.
    package func snsMessage(consoleLinkBase: String) -> (subject: String, body: String) {
        let base = consoleLinkBase.hasSuffix("/") ? String(consoleLinkBase.dropLast()) : consoleLinkBase
        let view = "\(base)/view/\(pipeline)"
        var approval: [(String, JSONText?)] = [
            ("pipelineName", JSONText(pipeline.rawValue)), ("stageName", JSONText(stage.rawValue)),
            ("actionName", JSONText(action.rawValue)), ("token", JSONText(token)), ("expires", JSONText(expiry)),
            ("externalEntityLink", externalEntityLink.map { JSONText($0) }),
            ("approvalReviewLink", JSONText("\(view)/\(stage)/\(action)/approve/\(token)")),
            ("customData", customData.map { JSONText($0) }),
        ]
        if !digests.isEmpty {
            let members = digests.sorted { $0.key < $1.key }.map { ($0.key.rawValue, JSONText($0.value)) }
            approval.append(("artifactDigests", JSONText(object: members)))
        }
        let body = JSONText(object: [
            ("region", JSONText(region)), ("consoleLink", JSONText(view)), ("approval", JSONText(object: approval)),
        ])
        return (subject, body.text)
    }

    /// SNS takes 100 characters.
    private var subject: String {
        let text = "APPROVAL NEEDED: AWS CodePipeline \(pipeline) for action \(action)"
        return text.count <= 100 ? text : text.prefix(97) + "..."
    }

    /// E.g. `2016-07-07T20:22Z`.
    private var expiry: String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let date = calendar.dateComponents(
            [.year, .month, .day, .hour, .minute], from: Date(timeIntervalSince1970: expires))
        return String(
            format: "%04d-%02d-%02dT%02d:%02dZ", date.year ?? 0, date.month ?? 0, date.day ?? 0, date.hour ?? 0,
            date.minute ?? 0)
    }
}

/// JSON whose members keep their order.
private struct JSONText {
    let text: String

    init(_ value: String) {
        var quoted = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case ..<" ": quoted += String(format: "\\u%04x", scalar.value)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        text = quoted + "\""
    }

    /// What is `nil` is left out.
    init(object members: [(String, JSONText?)]) {
        let present = members.compactMap { name, value in value.map { "\(JSONText(name).text):\($0.text)" } }
        text = "{\(present.joined(separator: ","))}"
    }
}
