import PipelineModel

/// Who calls, where and when: what every operation is told besides its input.
package struct CallContext: Sendable {
    /// As in trigger details and approvals.
    package var principalARN: String
    package var account: String
    package var region: String
    /// Seconds since 1970.
    package var now: Double
    package var requestID: String

    package init(principalARN: String, account: String, region: String, now: Double, requestID: String) {
        self.principalARN = principalARN
        self.account = account
        self.region = region
        self.now = now
        self.requestID = requestID
    }

    /// `arn:aws:codepipeline:REGION:ACCOUNT:actiontype:Custom/CATEGORY/PROVIDER/VERSION` (spec: job-workers §1).
    func arn(ofActionType id: ActionTypeID) -> String {
        "arn:aws:codepipeline:\(region):\(account):actiontype:\(id)"
    }

    /// `arn:aws:codepipeline:REGION:ACCOUNT:NAME` (spec: events-security-monitoring §5).
    func arn(ofPipeline name: String) -> String { "arn:aws:codepipeline:\(region):\(account):\(name)" }

    /// `arn:aws:codepipeline:REGION:ACCOUNT:webhook:NAME` (spec: triggers-and-webhooks A3).
    func arn(ofWebhook name: String) -> String { "arn:aws:codepipeline:\(region):\(account):webhook:\(name)" }
}
