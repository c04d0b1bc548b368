import PipelineModel

extension DeclaredPipeline {
    /// The model's form, with AWS's defaults filled in. Secrets are still plain: ``SecretSealing`` is next.
    var declaration: PipelineDeclaration {
        PipelineDeclaration(
            name: name, roleArn: roleArn, artifactStore: artifactStore, artifactStores: artifactStores,
            stages: stages.map(\.declaration), executionMode: executionMode ?? .superseded, pipelineType: type,
            variables: variables, triggers: triggers)
    }
}

extension DeclaredStage {
    fileprivate var declaration: StageDeclaration {
        StageDeclaration(
            name: name, actions: actions.map(\.declaration), beforeEntry: beforeEntry?.declaration,
            onSuccess: onSuccess?.declaration, onFailure: onFailure?.declaration)
    }
}

extension DeclaredGate {
    fileprivate var declaration: GateDeclaration { GateDeclaration(conditions: conditions.map(\.declaration)) }
}

extension DeclaredFailureGate {
    fileprivate var declaration: FailureDeclaration {
        FailureDeclaration(
            result: result, retryConfiguration: retryConfiguration, conditions: conditions?.map(\.declaration))
    }
}

extension DeclaredCondition {
    fileprivate var declaration: ConditionDeclaration {
        ConditionDeclaration(result: result, rules: (rules ?? []).map(\.declaration))
    }
}

extension DeclaredRule {
    fileprivate var declaration: RuleDeclaration {
        RuleDeclaration(
            name: name, ruleTypeId: ruleTypeId.id, configuration: (configuration ?? [:]).mapValues { .plain($0) },
            commands: commands, inputArtifacts: inputArtifacts ?? [], roleArn: roleArn, region: region,
            timeoutInMinutes: timeoutInMinutes)
    }
}

extension DeclaredAction {
    fileprivate var declaration: ActionDeclaration {
        ActionDeclaration(
            name: name, actionTypeId: actionTypeId, runOrder: runOrder ?? 1,
            configuration: (configuration ?? [:]).mapValues { .plain($0) }, inputArtifacts: inputArtifacts ?? [],
            outputArtifacts: outputs.map(ArtifactReference.init), roleArn: roleArn, region: region,
            namespace: namespace, timeoutInMinutes: timeoutInMinutes)
    }
}
