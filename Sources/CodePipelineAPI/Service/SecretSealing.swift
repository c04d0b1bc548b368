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
    let ruleTypes: RuleTypeCatalogue
    /// What is in force now; `nil` on creation.
    let previous: PipelineDeclaration?

    init(service: CodePipelineService, actionTypes: ActionTypeCatalogue, previous: PipelineDeclaration?) {
        vault = service.vault
        self.actionTypes = actionTypes
        ruleTypes = service.ruleTypes
        self.previous = previous
    }

    /// The reference's own text shows five asterisks, the service sends four.
    private static let masks: Set<String> = [ConfigurationValue.mask, "*****"]

    /// - Throws: `InvalidActionDeclarationException` or `InvalidStageDeclarationException` for a mask that stands for
    ///   nothing.
    func seal(_ declaration: PipelineDeclaration) throws(APIError) -> PipelineDeclaration {
        var sealed = declaration
        for (stageIndex, stage) in declaration.stages.enumerated() {
            let former = previous?.stage(stage.name)
            for (actionIndex, action) in stage.actions.enumerated() {
                sealed.stages[stageIndex].actions[actionIndex] = try seal(action, stored: former?.action(action.name))
            }
            for gate in ConditionGate.allCases {
                let stored = former?.condition(gate)?.rules ?? []
                try sealed.stages[stageIndex].mapRules(of: gate) { rule throws(APIError) in
                    try seal(rule, stored: stored.first { $0.name == rule.name })
                }
            }
        }
        return sealed
    }

    private func seal(_ action: ActionDeclaration, stored: ActionDeclaration?) throws(APIError) -> ActionDeclaration {
        var sealed = action
        let holder = Holder(kind: .action, name: action.name.rawValue, stored: stored?.configuration)
        let kept: String?
        (sealed.configuration, kept) = try seal(action.configuration, of: holder) { key in
            actionTypes[action.actionTypeId]?.property(key)?.secret ?? false
        }
        if let kept, sealed != stored { throw holder.maskInChanged(kept) }
        return sealed
    }

    private func seal(_ rule: RuleDeclaration, stored: RuleDeclaration?) throws(APIError) -> RuleDeclaration {
        var sealed = rule
        let holder = Holder(kind: .rule, name: rule.name.rawValue, stored: stored?.configuration)
        let kept: String?
        (sealed.configuration, kept) = try seal(rule.configuration, of: holder) { key in
            ruleTypes[rule.ruleTypeId]?.property(key)?.secret ?? false
        }
        if let kept, sealed != stored { throw holder.maskInChanged(kept) }
        return sealed
    }

    /// - Returns: the sealed form, and a key whose stored secret was kept, if one was.
    private func seal(
        _ configuration: [String: ConfigurationValue], of holder: Holder, isSecret: (String) -> Bool
    ) throws(APIError) -> (sealed: [String: ConfigurationValue], kept: String?) {
        var sealed = configuration
        var kept: String?
        for (key, value) in configuration.sorted(by: { $0.key < $1.key }) {
            guard case .plain(let text) = value, isSecret(key) || holder.storedSecret(key) != nil else { continue }
            if Self.masks.contains(text) {
                guard let secret = holder.storedSecret(key) else { throw holder.maskWithoutSecret(key) }
                sealed[key] = .sealed(secret)
                kept = kept ?? key
            } else {
                sealed[key] = .sealed(try seal(text))
            }
        }
        return (sealed, kept)
    }

    private func seal(_ text: String) throws(APIError) -> SealedSecret {
        do {
            return try vault.seal(text)
        } catch {
            throw .internalFailure("the vault could not seal a secret: \(error)")
        }
    }
}

/// The action or rule that has the configuration.
private struct Holder {
    enum Kind: String { case action, rule }

    let kind: Kind
    let name: String
    let stored: [String: ConfigurationValue]?

    func storedSecret(_ key: String) -> SealedSecret? {
        guard case .sealed(let secret)? = stored?[key] else { return nil }
        return secret
    }

    func maskWithoutSecret(_ key: String) -> APIError {
        APIError(
            exception,
            "\(title) configuration for the new \(kind) \"\(name)\" contains an invalid configuration for the "
                + "secret property \"\(key)\". \"\(ConfigurationValue.mask)\" may be used in secret properties only "
                + "when updating an existing \(kind).")
    }

    func maskInChanged(_ key: String) -> APIError {
        APIError(
            exception,
            "\(title) configuration for the changed \(kind) \"\(name)\" contains an invalid configuration for "
                + "the secret property \"\(key)\". \"\(ConfigurationValue.mask)\" keeps the stored secret only while "
                + "nothing else in the \(kind) changes: send the secret again.")
    }

    private var title: String { kind == .action ? "Action" : "Rule" }

    private var exception: String {
        kind == .action ? "InvalidActionDeclarationException" : "InvalidStageDeclarationException"
    }
}
