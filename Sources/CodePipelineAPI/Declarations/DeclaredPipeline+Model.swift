import PipelineModel

extension DeclaredPipeline {
    /// The model's form, with AWS's defaults filled in. Secrets are still plain: ``SecretSealing`` is next.
    var declaration: PipelineDeclaration {
        PipelineDeclaration(
            name: name, roleArn: roleArn, artifactStore: artifactStore, artifactStores: artifactStores,
            stages: stages.map(\.declaration), executionMode: executionMode ?? .superseded, pipelineType: type,
            variables: variables)
    }
}

extension DeclaredStage {
    fileprivate var declaration: StageDeclaration {
        StageDeclaration(name: name, actions: actions.map(\.declaration))
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
