import PipelineModel

/// `beforeEntry` and `onSuccess` of a stage as a client wrote them.
struct DeclaredGate: Decodable, Sendable {
    var conditions: [DeclaredCondition]
}

/// `onFailure` of a stage as a client wrote it.
struct DeclaredFailureGate: Decodable, Sendable {
    var result: ConditionResult?
    var retryConfiguration: RetryConfiguration?
    var conditions: [DeclaredCondition]?
}

struct DeclaredCondition: Decodable, Sendable {
    var result: ConditionResult?
    var rules: [DeclaredRule]?
}

struct DeclaredRule: Decodable, Sendable {
    /// Owner and version may be left out: AWS knows one of each.
    struct TypeID: Decodable, Sendable {
        var category: String
        var owner: String?
        var provider: String
        var version: String?

        var id: RuleTypeID {
            RuleTypeID(provider: provider, category: category, owner: owner ?? "AWS", version: version ?? "1")
        }
    }

    var name: RuleName
    var ruleTypeId: TypeID
    var configuration: [String: String]?
    var commands: [String]?
    var inputArtifacts: [ArtifactReference]?
    var roleArn: String?
    var region: String?
    var timeoutInMinutes: Int?

    var inputs: [ArtifactName] { (inputArtifacts ?? []).map(\.name) }
}
