import Foundation
import Isolation
import Logging
import PipelineModel
import PluginKit
import Synchronization

@testable import CodeBuildPlugin

/// A workbench for one test: a data folder, a host that lends it, and jobs with their inputs in the workspace.
final class BuildBench: ActionHost {
    let root: URL
    let data: URL
    let collected = CollectedLog()

    init() throws {
        root = FileManager.default.temporaryDirectory.appending(path: "codebuild-\(UUID().uuidString)")
        data = root.appending(path: "data")
        try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
        try Data("top secret".utf8).write(to: data.appending(path: "credentials"))
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    var http: any HTTPClient { preconditionFailure("builds send no requests") }
    var logger: Logger { Logger(label: "test") }
    var stores: any ObjectStores { preconditionFailure("builds read no stores") }
    var connections: any Connections { preconditionFailure("builds read no connections") }
    /// The data folder, and a file that every machine has, by way of a link.
    var hiddenPaths: [URL] { [data, URL(filePath: "/etc/os-release")] }
    var log: any ActionLog { collected }
    func now() -> Date { Date(timeIntervalSince1970: 1_700_000_000) }

    func stateFolder(for plugin: String) throws -> URL {
        let folder = data.appending(path: "state/\(plugin)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    /// - Parameter inputs: artifact → file → contents; the first in alphabetical order is the first input.
    func job(
        _ id: String = UUID().uuidString.lowercased(), inputs: [String: [String: String]],
        configuration: [String: String] = [:], outputs: [String] = [], isUntrusted: Bool = false,
        protectedPaths: [String]? = nil, workspace given: URL? = nil
    ) throws -> ActionJob {
        let workspace = data.appending(path: "work/\(id)")
        let artifacts = try inputs.sorted { $0.key < $1.key }.map { name, files in
            let folder = workspace.appending(path: "inputs/\(name)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try folder.fill(files)
            var stored = StoredArtifact(
                name: ArtifactName(name), bucket: "store", key: "p/\(name)/abc.zip",
                revision: SourceRevision(actionName: "Source", revisionID: "0123abc"))
            stored.protectedPaths = protectedPaths
            return InputArtifact(
                name: ArtifactName(name), contents: folder, archive: folder.appendingPathExtension("zip"),
                stored: stored)
        }
        return ActionJob(
            id: ActionExecutionID(id), pipeline: "shop", execution: "e", stage: "Build", action: "Compile",
            type: ActionTypeID(category: .build, owner: .aws, provider: "CodeBuild"), region: "eu-west-1",
            account: "000000000000", configuration: ["ProjectName": "web"].merging(configuration) { $1 },
            inputs: artifacts,
            outputs: outputs.map {
                OutputArtifact(name: ArtifactName($0), folder: workspace.appending(path: "out/\($0)"))
            },
            revision: nil, isUntrusted: isUntrusted, continuationToken: nil, workspace: given ?? workspace)
    }

    /// Runs one build of a source that holds this buildspec.
    func build(
        _ buildspec: String, _ mode: IsolationMode = .none, files: [String: String] = [:],
        configuration: [String: String] = [:], outputs: [String] = [], settings: [String: SettingValue] = [:]
    ) async throws -> ActionOutcome {
        let job = try job(
            inputs: ["app": files.merging(["buildspec.yml": buildspec]) { $1 }], configuration: configuration,
            outputs: outputs)
        return try await run(job, mode, settings: settings)
    }

    func run(
        _ job: ActionJob, _ mode: IsolationMode = .none, settings: [String: SettingValue] = [:]
    ) async throws -> ActionOutcome {
        try await action(mode, settings).run(job, on: self)
    }

    func action(
        _ mode: IsolationMode = .none, _ settings: [String: SettingValue] = [:]
    ) throws -> any ActionProvider {
        let plugin = try CodeBuild(settings: .map(settings.merging(["isolation": .string(mode.rawValue)]) { $1 }))
        for case .action(let action) in plugin.contributions { return action }
        throw CocoaError(.featureUnsupported)
    }

    var lines: [String] { collected.lines }
}

final class CollectedLog: ActionLog {
    private let kept = Mutex<[String]>([])

    var lines: [String] { kept.withLock { $0 } }
    func line(_ text: String) { kept.withLock { $0.append(text) } }
    func mask(_ secret: String) {}
}

extension URL {
    func fill(_ files: [String: String]) throws {
        for (name, contents) in files {
            let file = appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(contents.utf8).write(to: file)
        }
    }
}

extension ActionOutcome {
    var success: ActionSuccess? {
        guard case .succeeded(let success) = self else { return nil }
        return success
    }

    var failure: FailureDetails? {
        guard case .failed(let details) = self else { return nil }
        return details
    }
}

extension ProducedArtifact {
    /// Archive name → path below the root.
    var names: [String: String] {
        guard case .files(_, let entries) = self else { return [:] }
        return Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0.path) })
    }
}

/// Waits until it holds, at most 20 seconds.
func eventually(_ condition: () -> Bool) async throws -> Bool {
    for _ in 0..<1000 {
        if condition() { return true }
        try await Task.sleep(for: .milliseconds(20))
    }
    return condition()
}

/// A buildspec of version 0.2 with these commands in its build phase.
func spec(_ commands: String..., top: String = "") -> String {
    let list = commands.map { command in
        "      - |\n"
            + command.split(separator: "\n", omittingEmptySubsequences: false).map { "        \($0)\n" }.joined()
    }
    return "version: 0.2\n\(top)\nphases:\n  build:\n    commands:\n\(list.joined())"
}
