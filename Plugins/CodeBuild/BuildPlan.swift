import Foundation
import Glibc
import Isolation
import PipelineModel
import PluginKit

/// Where a build's commands come from.
enum BuildScript: Equatable, Sendable {
    /// The source or the project; ``BuildspecLocation`` tells.
    case buildspec
    /// The declaration itself, as in a Commands rule: one shell runs them until one fails.
    case commands([String])
}

/// All that a build is made from, before anything runs.
struct BuildPlan: Sendable {
    let job: ActionJob
    let action: ActionSettings
    let project: CodeBuildSettings.Project
    let isolation: IsolationMode
    let marker: BuildMarker
    let number: Int
    let hidden: [String]
    let started: Date
    var script = BuildScript.buildspec

    var buildID: String { "\(action.projectName):\(job.id)" }
}

/// The folders of one build, all below the job's workspace.
struct BuildFolders {
    let workspace: String
    let source: String
    /// All unpacked input artifacts, the source among them.
    let inputs: [String]
    /// The commands and scripts: the build reads them and can't write them.
    let commands: String
    /// What the shell keeps of itself for its successor.
    let state: String
    let home: String
    let temporary: String

    /// Makes them, empty, also when a crashed run left some.
    init(_ plan: BuildPlan) throws {
        guard let workspace = Sandbox.realFolder(plan.job.workspace.path) else {
            throw SystemCallError("finding the job's workspace", ENOENT)
        }
        self.workspace = workspace
        inputs = plan.job.inputs.compactMap { Sandbox.realFolder($0.contents.path) }
        let own = "\(workspace)/.codebuild"
        if RealPath.kind(own) != nil { try FileManager.default.removeItem(atPath: own) }
        func made(_ name: String) throws -> String {
            try FileManager.default.createDirectory(atPath: "\(own)/\(name)", withIntermediateDirectories: true)
            return "\(own)/\(name)"
        }
        if let primary = plan.job.inputs.first(where: { $0.name == plan.action.primary }) {
            guard let folder = Sandbox.realFolder(primary.contents.path) else {
                throw SystemCallError("finding the unpacked input artifact '\(primary.name)'", ENOENT)
            }
            source = folder
        } else {
            source = try made("source")
        }
        commands = try made("commands")
        state = try made("state")
        home = try made("home")
        temporary = try made("tmp")
    }

    /// Everything that the shell will ever run is written before it starts: later the build could lay links.
    func write(_ spec: Buildspec) throws {
        try Data(ShellScripts.keeper.utf8).write(to: URL(filePath: "\(commands)/keeper"))
        try Data(ShellScripts.shell.utf8).write(to: URL(filePath: "\(commands)/shell"))
        for (phase, block) in spec.phases {
            for (kind, texts) in [(CommandID.Block.commands, block.commands), (.finally, block.finally)] {
                for (index, text) in texts.enumerated() {
                    let id = CommandID(phase: phase, block: kind, index: index)
                    try Data((text + "\n").utf8).write(to: URL(filePath: "\(commands)/\(id.fileName)"))
                }
            }
        }
    }
}
