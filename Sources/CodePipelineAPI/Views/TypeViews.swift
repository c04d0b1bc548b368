import PipelineEngine
import PluginKit

/// A configuration key as ListActionTypes and ListRuleTypes show it.
struct PropertyView: Encodable, Sendable {
    var name: String
    var required: Bool
    /// Built-in types have no properties but keys.
    var key = true
    var secret: Bool
    var queryable = false
    var description: String?
    var type: CustomActionType.Property.ValueType?

    private init(_ property: ConfigurationProperty) {
        name = property.name
        required = property.required
        secret = property.secret
        description = property.summary.limited(to: 160)
    }

    init(_ property: CustomActionType.Property) {
        name = property.name
        required = property.required
        key = property.key
        secret = property.secret
        queryable = property.queryable ?? false
        description = property.description
        type = property.type
    }

    /// The model has at most ten in a list: the required ones come first.
    static func list(_ properties: [ConfigurationProperty]) -> [PropertyView] {
        (properties.filter(\.required) + properties.filter { !$0.required }).prefix(10).map(PropertyView.init)
    }
}

/// How many artifacts a type takes or makes; the model counts to five.
struct ArtifactCountView: Encodable, Sendable {
    var minimumCount: Int
    var maximumCount: Int

    init(_ count: ClosedRange<Int>) {
        minimumCount = min(count.lowerBound, 5)
        maximumCount = min(count.upperBound, 5)
    }

    init(_ details: CustomActionType.ArtifactDetails) {
        minimumCount = details.minimumCount
        maximumCount = details.maximumCount
    }
}
