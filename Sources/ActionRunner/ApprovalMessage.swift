import Foundation
import PipelineEngine
import PipelineModel
import PluginKit

/// What an approval publishes on its topic when it begins to wait (spec: execution-semantics §14).
struct ApprovalMessage: Encodable {
    private struct Approval: Encodable {
        var pipelineName: String
        var stageName: String
        var actionName: String
        var token: String
        var expires: String
        var externalEntityLink: String?
        var approvalReviewLink: String
        var customData: String?
    }

    private let region: String
    private let consoleLink: String
    private let approval: Approval

    /// - Parameter base: where people see their pipelines, without a slash at its end.
    init(_ notice: ApprovalNotice, consoleLinkBase base: String) {
        region = notice.region
        consoleLink = "\(base)/view/\(notice.pipeline)"
        // To the minute, e.g. 2016-07-07T20:22Z.
        let seconds = Date(timeIntervalSince1970: notice.expires).formatted(.iso8601)
        let expires = seconds.prefix(16) + "Z"
        approval = Approval(
            pipelineName: notice.pipeline.rawValue, stageName: notice.stage.rawValue,
            actionName: notice.action.rawValue, token: notice.token, expires: String(expires),
            externalEntityLink: notice.externalEntityLink,
            approvalReviewLink:
                "\(base)/view/\(notice.pipeline)/\(notice.stage)/\(notice.action)/approve/\(notice.token)",
            customData: notice.customData)
    }
}

extension NotificationMessage {
    init(_ notice: ApprovalNotice, consoleLinkBase: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = try encoder.encode(ApprovalMessage(notice, consoleLinkBase: consoleLinkBase))
        self.init(
            topic: notice.topic,
            subject: "APPROVAL NEEDED: AWS CodePipeline \(notice.pipeline) for action \(notice.action)",
            body: String(decoding: body, as: UTF8.self))
    }
}
