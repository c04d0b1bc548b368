import PipelineModel
import PluginKit

/// Reads an entry of `contributes.actions`. The owner is always `Custom`.
enum ManifestAction {
    static func read(_ node: ManifestNode) throws -> ModuleManifest.Action {
        try node.expect([
            "category", "provider", "version", "configuration", "inputArtifacts", "outputArtifacts", "timeout",
            "inputForm", "end",
        ])
        let category = try node.required("category")
        guard let known = ActionCategory(rawValue: try category.text()), known != .approval else {
            let names = ActionCategory.allCases.filter { $0 != .approval }.map(\.rawValue).joined(separator: ", ")
            throw category.fault("must be one of \(names)")
        }
        let type = ActionTypeDescription(
            id: ActionTypeID(
                category: known, owner: .custom, provider: try node.required("provider").name(),
                version: try node.member("version")?.text() ?? "1"),
            configuration: try node.member("configuration")?.items().map(property) ?? [],
            inputArtifacts: try counts(node.member("inputArtifacts")),
            outputArtifacts: try counts(node.member("outputArtifacts")),
            timeout: try node.member("timeout")?.integer(1...2_592_000) ?? 3600, inputForm: try form(node))
        return ModuleManifest.Action(type: type, hasEnd: try node.member("end")?.bool() ?? false)
    }

    private static func property(_ node: ManifestNode) throws -> ConfigurationProperty {
        try node.expect(["name", "required", "secret", "summary"])
        return ConfigurationProperty(
            try node.required("name").name(), required: try node.member("required")?.bool() ?? false,
            secret: try node.member("secret")?.bool() ?? false, summary: try node.member("summary")?.text() ?? "")
    }

    private static func counts(_ node: ManifestNode?) throws -> ClosedRange<Int> {
        guard let node else { return 0...0 }
        try node.expect(["minimum", "maximum"])
        let minimum = try node.member("minimum")?.integer(0...10) ?? 0
        let maximum = try node.required("maximum").integer(0...10)
        guard minimum <= maximum else { throw node.fault("the minimum is above the maximum") }
        return minimum...maximum
    }

    private static func form(_ node: ManifestNode) throws -> ActionTypeDescription.InputForm {
        guard let form = node.member("inputForm") else { return .directory }
        switch try form.text() {
        case "directory": return .directory
        case "file": return .file
        default: throw form.fault("must be 'directory' or 'file'")
        }
    }
}
