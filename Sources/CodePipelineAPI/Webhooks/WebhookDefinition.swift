import PipelineEngine
import PipelineModel

/// A webhook's definition as requests and answers have it.
struct WebhookDefinition: Codable, Sendable {
    struct Filter: Codable, Sendable {
        var jsonPath: String
        var matchEquals: String?
    }

    enum Authentication: String, Codable, Sendable {
        case gitHubHMAC = "GITHUB_HMAC"
        case ip = "IP"
        case unauthenticated = "UNAUTHENTICATED"
    }

    struct Configuration: Codable, Sendable {
        var allowedIPRange: String?
        var secretToken: String?

        enum CodingKeys: String, CodingKey {
            case allowedIPRange = "AllowedIPRange"
            case secretToken = "SecretToken"
        }
    }

    var name: String
    var targetPipeline: PipelineName
    var targetAction: ActionName
    var filters: [Filter]
    var authentication: Authentication
    var authenticationConfiguration: Configuration

    static let shape = Shape.structure(required: [
        "name": .webhookName, "targetPipeline": .pipelineName, "targetAction": .actionName,
        "filters": .list(
            of: .structure(
                required: ["jsonPath": .text(min: 1, max: 150)], optional: ["matchEquals": .text(min: 1, max: 150)]),
            max: 5),
        "authentication": .oneOf("GITHUB_HMAC", "IP", "UNAUTHENTICATED"),
        "authenticationConfiguration": .structure(optional: [
            "AllowedIPRange": .text(min: 1, max: 100), "SecretToken": .text(min: 1, max: 100),
        ]),
    ])
}

extension WebhookDefinition {
    /// As answers show it: a secret is redacted.
    init(_ record: WebhookRecord) {
        name = record.name
        targetPipeline = record.targetPipeline
        targetAction = record.targetAction
        filters = record.filters.map { Filter(jsonPath: $0.jsonPath, matchEquals: $0.matchEquals) }
        switch record.authentication {
        case .gitHubHMAC:
            authentication = .gitHubHMAC
            authenticationConfiguration = Configuration(secretToken: ConfigurationValue.mask)
        case .addressRange(let range):
            authentication = .ip
            authenticationConfiguration = Configuration(allowedIPRange: range)
        case .unauthenticated:
            authentication = .unauthenticated
            authenticationConfiguration = Configuration()
        }
    }

    /// What the definition says about who may call, its secret sealed. The mask that answers show keeps the stored
    /// secret.
    ///
    /// - Throws: `InvalidWebhookAuthenticationParametersException`.
    func sealed(by vault: any SecretVault, over former: WebhookRecord?) throws(APIError) -> WebhookRecord.Authentication
    {
        let given = authenticationConfiguration
        switch authentication {
        case .gitHubHMAC:
            guard let secret = given.secretToken, given.allowedIPRange == nil else { throw .only("SecretToken") }
            guard secret == ConfigurationValue.mask else {
                do { return .gitHubHMAC(secret: try vault.seal(secret)) } catch {
                    throw .internalFailure("the vault could not seal a secret: \(error)")
                }
            }
            guard case .gitHubHMAC(let secret)? = former?.authentication else {
                throw .invalidAuthentication(
                    "'SecretToken' of a new webhook can not be '\(ConfigurationValue.mask)'")
            }
            return .gitHubHMAC(secret: secret)
        case .ip:
            guard let range = given.allowedIPRange, given.secretToken == nil else { throw .only("AllowedIPRange") }
            guard AllowedIPRange(range) != nil else {
                throw .invalidAuthentication("'AllowedIPRange' must be a CIDR block, e.g. 192.0.2.0/24")
            }
            return .addressRange(range)
        case .unauthenticated:
            guard given.allowedIPRange == nil, given.secretToken == nil else {
                throw .invalidAuthentication("'authenticationConfig' should not contain any property")
            }
            return .unauthenticated
        }
    }

    /// - Throws: `InvalidWebhookFilterPatternException` for a path that is none, or a placeholder that names nothing
    ///   in the action's configuration.
    func checkFilters(against action: ActionDeclaration) throws(APIError) {
        for filter in recordedFilters {
            do { _ = try JSONPath(filter.jsonPath) } catch {
                throw .invalidFilter("The JSON path '\(filter.jsonPath)' is not valid: \(error)")
            }
            for key in filter.placeholders {
                switch action.configuration[key] {
                case .plain: continue
                case .sealed: throw .invalidFilter("The filter may not name the secret '\(key)'")
                case nil:
                    throw .invalidFilter(
                        "The filter value '\(filter.matchEquals ?? "")' names '\(key)', which the configuration of "
                            + "action '\(action.name)' does not have")
                }
            }
        }
    }

    var recordedFilters: [WebhookRecord.Filter] {
        filters.map { WebhookRecord.Filter(jsonPath: $0.jsonPath, matchEquals: $0.matchEquals) }
    }
}

extension Shape {
    static let webhookName = pipelineName
}

extension APIError {
    fileprivate static func only(_ property: String) -> APIError {
        invalidAuthentication("'authenticationConfig' should contain only one property: '\(property)'")
    }

    fileprivate static func invalidAuthentication(_ reason: String) -> APIError {
        APIError("InvalidWebhookAuthenticationParametersException", "Optional[\(reason)]")
    }

    fileprivate static func invalidFilter(_ reason: String) -> APIError {
        APIError("InvalidWebhookFilterPatternException", reason)
    }

    static func webhookNotFound(_ name: String, account: String) -> APIError {
        APIError("WebhookNotFoundException", "Account '\(account)' does not have a webhook with name '\(name)'")
    }
}
