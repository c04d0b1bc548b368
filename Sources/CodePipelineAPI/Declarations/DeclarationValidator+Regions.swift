import PipelineModel

/// Stores and regions: each region with an action has a store (spec: pipeline-structure §3, §5).
extension DeclarationValidator {
    func storeFaults(in pipeline: DeclaredPipeline) -> [DeclarationFault] {
        switch (pipeline.artifactStore, pipeline.artifactStores) {
        case (.some, .some), (nil, nil):
            [
                .structure(
                    "pipeline.artifactStore",
                    "Your pipeline must declare either 'pipeline.artifactStore' or 'pipeline.artifactStores', and not "
                        + "both")
            ]
        case (.some, nil): singleStoreFaults(in: pipeline)
        case (nil, .some(let stores)): missingStoreFaults(in: pipeline, stores: Set(stores.keys))
        }
    }

    private func singleStoreFaults(in pipeline: DeclaredPipeline) -> [DeclarationFault] {
        guard regions(of: pipeline).contains(where: { $0 != region }) else { return [] }
        return [
            .structure(
                "pipeline.artifactStore",
                "Your pipeline contains actions in more than one region. Use 'pipeline.artifactStores' instead of "
                    + "'pipeline.artifactStore' to declare an artifact store, such as an artifact bucket, for each "
                    + "region where you have an action.")
        ]
    }

    private func missingStoreFaults(in pipeline: DeclaredPipeline, stores: Set<String>) -> [DeclarationFault] {
        regions(of: pipeline).subtracting(stores).sorted().map { missing in
            .structure(
                "pipeline.artifactStores",
                "Your pipeline must have an artifact store, such as an artifact bucket, for each region where you "
                    + "have an action. The following region is missing in 'pipeline.artifactStores': \(missing).")
        }
    }

    private func regions(of pipeline: DeclaredPipeline) -> Set<String> {
        Set(pipeline.placedActions.compactMap(\.action.region) + [region])
    }

    func regionFaults(of place: PlacedAction) -> [DeclarationFault] {
        let type = place.action.actionTypeId
        guard let actionRegion = place.action.region, actionRegion != region,
            type.category == .source || type.owner != .aws
        else { return [] }
        return [
            .action(
                "\(place.path).region",
                "Action \(place.action.name) can't run in region '\(actionRegion)': cross-region actions must be "
                    + "owned by AWS and can't be source actions")
        ]
    }

    /// Only where the server is told to be strict about roles.
    func roleFaults(in pipeline: DeclaredPipeline) -> [DeclarationFault] {
        guard case .strict(let known) = settings.roles else { return [] }
        let ofPipeline =
            known.contains(pipeline.roleArn)
            ? []
            : [
                DeclarationFault.structure(
                    "pipeline.roleArn",
                    "CodePipeline is not authorized to perform AssumeRole on role \(pipeline.roleArn)")
            ]
        let conditions = pipeline.stages.enumerated().flatMap { $1.placedConditions(stageIndex: $0) }
        let roles =
            pipeline.placedActions.map { ($0.path, $0.action.roleArn) }
            + conditions.flatMap(\.rules).map { ($0.path, $0.rule.roleArn) }
        return ofPipeline
            + roles.compactMap { path, role in
                guard let role, !known.contains(role) else { return nil }
                return .structure(
                    "\(path).roleArn",
                    "\(pipeline.roleArn) is not authorized to perform AssumeRole on role \(role)")
            }
    }
}
