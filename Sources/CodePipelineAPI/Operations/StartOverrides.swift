import PipelineModel

/// What a start may ask for in place of what the declaration says (spec: execution-semantics §11, §13).
struct StartOverrides {
    struct Variable: Decodable, Sendable {
        var name: String
        var value: String
    }

    let declaration: PipelineDeclaration

    /// - Throws: `ValidationException` for a revision that names no source action, or is of a type that its provider
    ///   doesn't know.
    func check(_ revisions: [SourceRevisionOverride]) throws(APIError) {
        guard !revisions.isEmpty else { return }
        try requireV2("Source revision overrides")
        for revision in revisions { try check(revision) }
    }

    /// - Throws: `ValidationException` for a variable that isn't declared or comes twice. Whether one lacks its value
    ///   is the engine's question.
    func variables(from given: [Variable]) throws(APIError) -> [String: String] {
        guard !given.isEmpty else { return [:] }
        try requireV2("Pipeline variables")
        let declared = Set((declaration.variables ?? []).map(\.name))
        var values: [String: String] = [:]
        for variable in given {
            guard declared.contains(variable.name) else {
                throw .validation("The pipeline '\(declaration.name)' declares no variable '\(variable.name)'")
            }
            guard values.updateValue(variable.value, forKey: variable.name) == nil else {
                throw .validation("The variable '\(variable.name)' is given more than once")
            }
        }
        return values
    }

    private func requireV2(_ feature: String) throws(APIError) {
        guard declaration.pipelineType == .v2 else {
            throw .validation("\(feature) can only be used with V2 pipelines")
        }
    }

    private func check(_ revision: SourceRevisionOverride) throws(APIError) {
        let sources = (declaration.stages.first?.actions ?? []).filter { $0.actionTypeId.category == .source }
        guard let source = sources.first(where: { $0.name == revision.actionName }) else {
            throw .validation(
                "The pipeline '\(declaration.name)' has no source action with name '\(revision.actionName)'")
        }
        guard SourceRevisionOverride.Kind.kinds(of: source.actionTypeId).contains(revision.revisionType) else {
            throw .validation(
                "The source action '\(source.name)' (\(source.actionTypeId.provider)) can't take a revision of type "
                    + "\(revision.revisionType.rawValue)")
        }
        if revision.revisionType == .s3ObjectKey,
            source.configuration["AllowOverrideForS3ObjectKey"] != .plain("true")
        {
            throw .validation(
                "The source action '\(source.name)' takes no object key: its AllowOverrideForS3ObjectKey isn't true")
        }
    }
}

extension SourceRevisionOverride.Kind {
    /// What a source of a type can be started with. A type from elsewhere may mean any of them.
    fileprivate static func kinds(of type: ActionTypeID) -> Set<Self> {
        switch (type.owner, type.provider) {
        case (.aws, "S3"): [.s3ObjectVersionID, .s3ObjectKey]
        case (.aws, "ECR"): [.imageDigest]
        case (.aws, "CodeCommit"), (.aws, "CodeStarSourceConnection"), (.thirdParty, "GitHub"): [.commitID]
        default: Set(allCases)
        }
    }

    /// What the revision ids of a source of a type are.
    static func revision(of type: ActionTypeID) -> Self {
        switch (type.owner, type.provider) {
        case (.aws, "S3"): .s3ObjectVersionID
        case (.aws, "ECR"): .imageDigest
        default: .commitID
        }
    }
}
