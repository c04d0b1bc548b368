package import PipelineModel

/// What an approval tells its SNS topic when it begins to wait (spec: execution-semantics §14). Data for notifiers.
package struct ApprovalNotice: Codable, Sendable, Equatable {
    package var topic: String
    package var region: String
    package var pipeline: PipelineName
    package var stage: StageName
    package var action: ActionName
    package var token: String
    /// Seconds since 1970 when the approval expires.
    package var expires: Double
    package var externalEntityLink: String?
    package var customData: String?
    /// Approvals that are bound to what they were shown: SHA-256 by artifact.
    package var digests: [ArtifactName: String]

    package init(
        topic: String, region: String, pipeline: PipelineName, stage: StageName, action: ActionName, token: String,
        expires: Double, externalEntityLink: String? = nil, customData: String? = nil,
        digests: [ArtifactName: String] = [:]
    ) {
        self.topic = topic
        self.region = region
        self.pipeline = pipeline
        self.stage = stage
        self.action = action
        self.token = token
        self.expires = expires
        self.externalEntityLink = externalEntityLink
        self.customData = customData
        self.digests = digests
    }
}
