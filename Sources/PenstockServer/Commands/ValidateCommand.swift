import CodePipelineAPI
import Foundation
import PluginKit
import PipelineEngine
import PipelineModel
import PipelineStore

/// `penstock validate FILE…`: every fault of pipeline files and of the documents that modules know.
package enum ValidateCommand {
    package struct FileReport: Codable, Sendable {
        package var file: String
        package var kind: String
        package var faults: [Fault]
    }

    package struct Fault: Codable, Sendable {
        package var path: String
        package var exception: String
        package var message: String
    }

    /// - Throws: ``CommandError`` for files that can't be read or are of no known kind.
    package static func report(on paths: [String], settings: ServerSettings) throws -> [FileReport] {
        let modules = try Modules(settings)
        let custom = try RegistryFile.entries(.actionType, in: settings.dataFolder).map(CustomActionType.init)
        let types = ActionTypeCatalogue(modules.actions.map(\.type)).adding(custom)
        return try paths.map { try report(on: $0, modules: modules, types, settings: settings) }
    }

    private static func report(
        on path: String, modules: Modules, _ types: ActionTypeCatalogue, settings: ServerSettings
    ) throws -> FileReport {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandError(.invalidInput, "\(path) can't be read")
        }
        let name = URL(fileURLWithPath: path).lastPathComponent
        let text = String(decoding: data, as: UTF8.self)
        if let validator = modules.documents.first(where: { $0.recognises(fileName: name) }) {
            let faults = validator.faults(in: text).map {
                Fault(path: $0.path, exception: $0.code, message: $0.message)
            }
            return FileReport(file: path, kind: validator.kind, faults: faults)
        }
        return FileReport(file: path, kind: "pipeline", faults: pipelineFaults(data, modules, types, settings))
    }

    private static func pipelineFaults(
        _ data: Data, _ modules: Modules, _ types: ActionTypeCatalogue, _ settings: ServerSettings
    ) -> [Fault] {
        do {
            let faults = DeclarationFaults.all(
                in: try Document(json: data), actionTypes: types, ruleTypes: modules.ruleTypes, region: settings.region)
            return faults.map { Fault(path: $0.path, exception: $0.exception, message: $0.message) }
        } catch {
            return [
                Fault(
                    path: "", exception: "SerializationException",
                    message: "not JSON; a buildspec must be called buildspec*.yml or *.yaml")
            ]
        }
    }
}

extension Modules {
    /// The types of rules that the bundled modules judge.
    fileprivate var ruleTypes: [RuleTypeDescription] {
        contributions.compactMap { contribution in
            if case .rule(let provider) = contribution { provider.type } else { nil }
        }
    }
}
