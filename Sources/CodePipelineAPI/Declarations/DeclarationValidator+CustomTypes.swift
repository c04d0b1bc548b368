import PipelineEngine
import PipelineModel

/// What a custom type's properties say of their values (spec: job-workers §1, pipeline-structure §9).
///
/// What holds a variable is known when the action starts only.
extension DeclarationValidator {
    func valueFaults(of place: PlacedAction) -> [DeclarationFault] {
        guard let type = actionTypes.declared(place.action.actionTypeId) else { return [] }
        let configuration = place.action.configuration ?? [:]
        return type.configurationProperties.compactMap { property in
            guard let value = configuration[property.name], VariableReference.all(in: value).isEmpty,
                let expected = property.complaint(about: value)
            else { return nil }
            return .action(
                "\(place.path).configuration.\(property.name)",
                "Action configuration for action '\(place.action.name)' contains an invalid value for "
                    + "'\(property.name)': it must be \(expected)")
        }
    }
}

extension CustomActionType.Property {
    /// What a worker can ask for.
    static let queryableValue = Pattern.oneOrMore("a-zA-Z0-9_-")

    /// What a value has to be; `nil` when it is. A mask is looked at when the secret is sealed.
    fileprivate func complaint(about value: String) -> String? {
        if queryable == true, value.utf16.count > 50 || !Self.queryableValue.matches(value) {
            return "1 to 50 letters, digits, '_' and '-', because job workers ask for it"
        }
        switch type {
        case .number?: return Double(value)?.isFinite == true || secret ? nil : "a number"
        case .boolean?: return ["true", "false"].contains(value) || secret ? nil : "'true' or 'false'"
        case .string?, nil: return nil
        }
    }
}
