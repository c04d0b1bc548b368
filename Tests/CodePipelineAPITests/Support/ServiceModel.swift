import CodePipelineAPI
import Foundation
import Testing

/// The service's model as the AWS SDK for Python ships it: read where it is installed, never kept in this repository.
struct ServiceModel {
    let shapes: [String: Document]
    let operations: [String: Document]

    /// - Throws: a failed expectation that names what to install.
    static func load() throws -> ServiceModel { try loaded.get() }

    /// That of CodeConnections.
    static func loadConnections() throws -> ServiceModel { try loadedConnections.get() }

    private static let loaded = Result { try read("codepipeline", "2015-07-09") }
    private static let loadedConnections = Result { try read("codeconnections", "2023-12-01") }

    private static func read(_ service: String, _ version: String) throws -> ServiceModel {
        let script = """
            import json, sys
            from botocore.loaders import Loader
            json.dump(Loader().load_service_model('\(service)', 'service-2', '\(version)'), sys.stdout)
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let json = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(
            process.terminationStatus == 0,
            "python3 can't load botocore's model of CodePipeline: install it with `pip install botocore`")
        let model = try Document(json: json)
        return ServiceModel(shapes: model["shapes"]?.members ?? [:], operations: model["operations"]?.members ?? [:])
    }

    func inputName(of operation: String) -> String? { operations[operation]?.at("input.shape")?.text }
    /// The names of the errors that an operation declares.
    func errors(of operation: String) -> Set<String> {
        Set(operations[operation]?["errors"]?.items.compactMap { $0["shape"]?.text } ?? [])
    }

    func outputName(of operation: String) -> String? { operations[operation]?.at("output.shape")?.text }
}
