import PipelineModel

/// What a resource ARN names. Pipelines alone can have tags here: action types and webhooks are not stored yet.
struct TaggedResource {
    let arn: String
    let pipeline: PipelineName

    /// - Throws: `InvalidArnException` for what names no resource of this service, `ResourceNotFoundException` for one
    ///   of another account or region, an action type or a webhook.
    init(_ arn: String, in context: CallContext) throws(APIError) {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[2] == "codepipeline", !parts[3].isEmpty, parts[4].utf8.count == 12 else {
            throw .invalidARN(arn)
        }
        let resource = String(parts[5])
        guard !resource.hasPrefix("actiontype:"), !resource.hasPrefix("webhook:") else {
            throw .resourceNotFound(arn)
        }
        guard ShapeCheck(.string(resource), against: .pipelineName).violations.isEmpty else { throw .invalidARN(arn) }
        guard parts[3] == context.region, parts[4] == context.account else { throw .resourceNotFound(arn) }
        self.arn = arn
        pipeline = PipelineName(resource)
    }

    func subject(in context: CallContext) -> RefusalSubject {
        RefusalSubject(account: context.account, pipeline: pipeline, resource: arn)
    }
}

extension APIError {
    static func resourceNotFound(_ arn: String) -> APIError {
        APIError("ResourceNotFoundException", "There is no resource with ARN '\(arn)' that can have tags")
    }

    fileprivate static func invalidARN(_ arn: String) -> APIError {
        APIError(
            "InvalidArnException",
            "The ARN '\(arn)' names no pipeline: it should look like "
                + "arn:aws:codepipeline:REGION:ACCOUNT:PIPELINE_NAME")
    }
}
