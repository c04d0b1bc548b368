/// The quotas and switches of the API; defaults are AWS's (spec: pipeline-structure §3 to §5).
package struct APISettings: Sendable {
    /// Whether the roles of a definition must exist here (product: `access.roles`).
    package enum Roles: Sendable, Equatable {
        case lenient
        /// Only these role ARNs are known.
        case strict(Set<String>)
    }

    package var roles: Roles = .lenient
    /// Characters of one configuration value.
    package var configurationValueLimit = 1000
    package var pipelines = 1000
    package var stages = 2...50
    package var customActionTypes = 50
    package var actionsPerPipeline = 1000
    package var actionsPerRunOrder = 100
    package var runOrdersPerStage = 100

    /// What ListActionTypes sends in one answer: it takes no limit from its caller.
    package var actionTypesPerPage = 100

    package var webhooks = 300
    package var connections = 250
    package var connectionHosts = 50

    package init() {}
}
