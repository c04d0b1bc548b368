import PipelineModel
package import PluginKit

/// Every fault of a pipeline file, for `penstock validate`: the API itself answers the first only.
package enum DeclarationFaults {
    /// - Parameters:
    ///   - document: `{"pipeline": …}`, the bare pipeline, or what GetPipeline answers (its metadata is ignored).
    ///   - region: where the pipeline would live.
    package static func all(
        in document: Document, actionTypes: ActionTypeCatalogue, ruleTypes: [RuleTypeDescription] = [],
        settings: APISettings = APISettings(), region: String
    ) -> [DeclarationFault] {
        let pipeline = document["pipeline"] ?? document
        let shape = Shape.pipelineDeclaration(valueLimit: settings.configurationValueLimit)
        let check = ShapeCheck(pipeline, against: shape, at: "pipeline")
        let shapeFaults =
            check.mismatches.map {
                DeclarationFault(path: $0.path, exception: "SerializationException", message: $0.message)
            }
            + check.violations.map {
                DeclarationFault(path: $0.path, exception: "ValidationException", message: $0.description)
            }
        // What is misshapen may still be readable: then the rules have their say as well.
        guard let declared = try? pipeline.decode(DeclaredPipeline.self) else { return shapeFaults }
        let validator = DeclarationValidator(
            actionTypes: actionTypes, ruleTypes: RuleTypeCatalogue(ruleTypes), settings: settings, region: region)
        return shapeFaults + validator.faults(in: declared)
    }
}
