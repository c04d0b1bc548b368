import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import ActionRunner

/// Where the folders of jobs lie.
@Suite struct WorkFolderTests {
    private struct Secluded: ActionProvider {
        let scripted: ScriptedProvider
        var type: ActionTypeDescription { scripted.type }
        func run(_ job: ActionJob, on host: any ActionHost) async -> ActionOutcome { await scripted.run(job, on: host) }
        func workFolder(on host: any PluginHost) throws -> URL? {
            let folder = try host.stateFolder(for: "secluded")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            return folder
        }
    }

    @Test func `a provider's own place holds all of its jobs' folders, which go with the job`() async throws {
        let build = ScriptedProvider(.build) { job, _ in
            let isThere = FileManager.default.fileExists(atPath: job.inputs[0].contents.path)
            return isThere
                ? .succeeded(ActionSuccess(outputs: [job.outputs[0].name: .directory(job.outputs[0].folder)]))
                : .failed(FailureDetails(.jobFailed, "no input"))
        }
        let bench = try RunnerBench([RunnerBench.filesSource(), Secluded(scripted: build)])
        defer { bench.host.remove() }
        let execution = try await bench.run([RunnerBench.source(), RunnerBench.build(outputs: ["Out"])])
        #expect(execution.status == .succeeded)
        let folder = try bench.host.stateFolder(for: "secluded").path
        let job = try #require(build.jobs.first)
        for place in [job.workspace, job.inputs[0].contents, job.outputs[0].folder] {
            #expect(place.path.hasPrefix(folder + "/"), "\(place.path)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
}
