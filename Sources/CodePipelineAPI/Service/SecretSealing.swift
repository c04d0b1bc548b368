import PipelineEngine
import PipelineModel
import PluginKit

/// Seals the secrets of a declaration before it goes anywhere near the ledger.
///
/// The mask that answers show may be sent back: it keeps the stored secret when nothing else in that action has
/// changed (spec: pipeline-structure §5). So nobody can point a stored secret at another repository or host.
struct SecretSealing {
    let vault: any SecretVault
    let actionTypes: ActionTypeCatalogue
    /// What is in force now; `nil` on creation.
    let previous: PipelineDeclaration?

    /// The reference's own text shows five asterisks, the service sends four.
    private static let masks: Set<String> = [ConfigurationValue.mask, "*****"]

    /// - Throws: `InvalidActionDeclarationException` for a mask that stands for nothing.
    func seal(_ declaration: PipelineDeclaration) throws(APIError) -> PipelineDeclaration {
        var sealed = declaration
        for (stageIndex, stage) in declaration.stages.enumerated() {
            for (actionIndex, action) in stage.actions.enumerated() {
                let stored = previous?.stage(stage.name)?.action(action.name)
                sealed.stages[stageIndex].actions[actionIndex] = try seal(action, stored: stored)
            }
        }
        return sealed
    }

    private func seal(_ action: ActionDeclaration, stored: ActionDeclaration?) throws(APIError) -> ActionDeclaration {
        var sealed = action
        var kept: [String] = []
        for (key, value) in action.configuration.sorted(by: { $0.key < $1.key }) {
            guard case .plain(let text) = value, isSecret(key, of: action, stored: stored) else { continue }
            if Self.masks.contains(text) {
                guard case .sealed(let secret)? = stored?.configuration[key] else {
                    throw maskWithoutSecret(key, in: action)
                }
                sealed.configuration[key] = .sealed(secret)
                kept.append(key)
            } else {
                sealed.configuration[key] = .sealed(try seal(text))
            }
        }
        if let key = kept.first, sealed != stored { throw maskInChangedAction(key, in: action) }
        return sealed
    }

    private func isSecret(_ key: String, of action: ActionDeclaration, stored: ActionDeclaration?) -> Bool {
        if case .sealed? = stored?.configuration[key] { return true }
        return actionTypes[action.actionTypeId]?.property(key)?.secret ?? false
    }

    private func seal(_ text: String) throws(APIError) -> SealedSecret {
        do {
            return try vault.seal(text)
        } catch {
            throw .internalFailure("the vault could not seal a secret: \(error)")
        }
    }

    private func maskWithoutSecret(_ key: String, in action: ActionDeclaration) -> APIError {
        APIError(
            "InvalidActionDeclarationException",
            "Action configuration for the new action \"\(action.name)\" contains an invalid configuration for the "
                + "secret property \"\(key)\". \"\(ConfigurationValue.mask)\" may be used in secret properties only "
                + "when updating an existing action.")
    }

    private func maskInChangedAction(_ key: String, in action: ActionDeclaration) -> APIError {
        APIError(
            "InvalidActionDeclarationException",
            "Action configuration for the changed action \"\(action.name)\" contains an invalid configuration for "
                + "the secret property \"\(key)\". \"\(ConfigurationValue.mask)\" keeps the stored secret only while "
                + "nothing else in the action changes: send the secret again.")
    }
}
