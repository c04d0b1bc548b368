import PipelineModel

/// What a resource ARN names: a pipeline or a webhook. Action types are not stored yet.
struct TaggedResource {
    let arn: String
    let pipeline: PipelineName
    /// The webhook's name; then there is no pipeline.
    let webhook: String?

    /// - Throws: `InvalidArnException` for what names no resource of this service, `ResourceNotFoundException` for one
    ///   of another account or region, or an action type.
    init(_ arn: String, in context: CallContext) throws(APIError) {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[2] == "codepipeline", !parts[3].isEmpty, parts[4].utf8.count == 12 else {
            throw .invalidARN(arn)
        }
        let resource = String(parts[5])
        guard !resource.hasPrefix("actiontype:") else { throw .resourceNotFound(arn) }
        let prefix = "webhook:"
        let name = resource.hasPrefix(prefix) ? String(resource.dropFirst(prefix.count)) : resource
        guard ShapeCheck(.string(name), against: .pipelineName).violations.isEmpty else { throw .invalidARN(arn) }
        guard parts[3] == context.region, parts[4] == context.account else { throw .resourceNotFound(arn) }
        self.arn = arn
        webhook = resource.hasPrefix(prefix) ? name : nil
        pipeline = PipelineName(webhook == nil ? name : "")
    }

    /// Tells resources of one account and region apart.
    var name: String { webhook.map { "webhook:\($0)" } ?? pipeline.rawValue }

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
