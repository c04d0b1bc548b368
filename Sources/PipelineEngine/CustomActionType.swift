package import PipelineModel

/// An action type that was made by CreateCustomActionType: job workers do its actions (spec: job-workers §1).
///
/// Its members are those of AWS's model and are stored under their names: a form that was written once stays readable.
package struct CustomActionType: Codable, Sendable, Equatable {
    package struct Property: Codable, Sendable, Equatable {
        package enum ValueType: String, Codable, Sendable, CaseIterable {
            case string = "String"
            case number = "Number"
            case boolean = "Boolean"
        }

        package var name: String
        package var required: Bool
        /// Identifies what the action works on: for display.
        package var key: Bool
        package var secret: Bool
        /// Workers may ask for the jobs that have a certain value of it; one at most.
        package var queryable: Bool?
        package var description: String?
        package var type: ValueType?

        package init(
            name: String, required: Bool, key: Bool, secret: Bool, queryable: Bool? = nil, description: String? = nil,
            type: ValueType? = nil
        ) {
            self.name = name
            self.required = required
            self.key = key
            self.secret = secret
            self.queryable = queryable
            self.description = description
            self.type = type
        }
    }

    /// Links for people, with `{Config:NAME}` and, for an execution, `{ExternalExecutionId}` in them.
    package struct Settings: Codable, Sendable, Equatable {
        package var thirdPartyConfigurationUrl: String?
        package var entityUrlTemplate: String?
        package var executionUrlTemplate: String?
        package var revisionUrlTemplate: String?

        package init(entityUrlTemplate: String? = nil, executionUrlTemplate: String? = nil) {
            self.entityUrlTemplate = entityUrlTemplate
            self.executionUrlTemplate = executionUrlTemplate
        }
    }

    package struct ArtifactDetails: Codable, Sendable, Equatable {
        package var minimumCount: Int
        package var maximumCount: Int

        package init(minimumCount: Int, maximumCount: Int) {
            self.minimumCount = minimumCount
            self.maximumCount = maximumCount
        }
    }

    package var category: ActionCategory
    package var provider: String
    package var version: String
    package var settings: Settings?
    package var configurationProperties: [Property]
    package var inputArtifactDetails: ArtifactDetails
    package var outputArtifactDetails: ArtifactDetails
    package var tags: [String: String]
    /// Nobody can use it; the same definition brings it back, another needs another version.
    package var isDeleted: Bool

    package init(
        category: ActionCategory, provider: String, version: String, settings: Settings? = nil,
        configurationProperties: [Property] = [], inputArtifactDetails: ArtifactDetails,
        outputArtifactDetails: ArtifactDetails, tags: [String: String] = [:], isDeleted: Bool = false
    ) {
        self.category = category
        self.provider = provider
        self.version = version
        self.settings = settings
        self.configurationProperties = configurationProperties
        self.inputArtifactDetails = inputArtifactDetails
        self.outputArtifactDetails = outputArtifactDetails
        self.tags = tags
        self.isDeleted = isDeleted
    }

    package var id: ActionTypeID {
        ActionTypeID(category: category, owner: .custom, provider: provider, version: version)
    }

    package var queryable: Property? { configurationProperties.first { $0.queryable == true } }

    /// Whether both say the same of their actions.
    package func defines(sameAs other: CustomActionType) -> Bool {
        var (own, theirs) = (self, other)
        (own.tags, theirs.tags) = ([:], [:])
        (own.isDeleted, theirs.isDeleted) = (false, false)
        return own == theirs
    }
}
