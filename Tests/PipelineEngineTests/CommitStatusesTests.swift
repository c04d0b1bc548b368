import Foundation
import PipelineEngine
import PipelineModel
import Testing

@Suite struct CommitStatusesTests {
    private static let arn = "arn:aws:codeconnections:us-east-1:000000000000:connection/host"

    private static func probe(_ drawing: String, mode: ExecutionMode = .superseded) throws -> EngineProbe {
        var declaration = PipelineDeclaration(drawing)
        declaration.pipelineType = .v2
        declaration.executionMode = mode
        declaration.stages[0].actions[0].actionTypeId = ActionTypeID(
            category: .source, owner: .aws, provider: "CodeStarSourceConnection")
        declaration.stages[0].actions[0].configuration = [
            "ConnectionArn": .plain(arn), "FullRepositoryId": .plain("acme/app"), "BranchName": .plain("main"),
        ]
        var probe = EngineProbe()
        probe.settings.commitStatuses = { _ in true }
        try probe.perform(.create(declaration, trigger: ExecutionTrigger(type: .createPipeline)))
        return probe
    }

    private static func told(_ probe: EngineProbe) -> [String] {
        probe.effects.compactMap { effect in
            guard case .reportStatus(let status, let connection) = effect.kind, connection.rawValue == arn else {
                return nil
            }
            return "\(status.context) \(status.state) \(status.commit)@\(status.branch ?? "")"
        }
    }

    @Test func `a stage tells its commit when it is entered and when it ends`() throws {
        var probe = try Self.probe("Source: fetch>app | Build: unit<app | Deploy: ship<app")
        #expect(Self.told(probe) == [], "no commit is known before the source has it")
        try probe.run("ok fetch, ok unit, fail ship")
        let commit = try #require(probe.state?.executions.values.first?.sourceRevisions.first?.revisionID)
        let name = try #require(probe.state?.declaration.name)
        #expect(
            Self.told(probe) == [
                "penstock/\(name)/Source succeeded \(commit)@main", "penstock/\(name)/Build running \(commit)@main",
                "penstock/\(name)/Build succeeded \(commit)@main", "penstock/\(name)/Deploy running \(commit)@main",
                "penstock/\(name)/Deploy failed \(commit)@main",
            ])
    }

    @Test func `each says whose stage it is and when it came to that state`() throws {
        var probe = try Self.probe("Source: fetch>app | Build: unit<app")
        try probe.run("ok fetch, ok unit")
        let execution = try #require(probe.state?.executions.values.first?.id)
        for effect in probe.effects {
            guard case .reportStatus(let status, _) = effect.kind else { continue }
            #expect(status.execution == execution && status.at == effect.dueAt)
            // A row of an older gateway's lacks both.
            var row = try #require(
                try JSONSerialization.jsonObject(with: JSONEncoder().encode(status)) as? [String: Any])
            row["execution"] = nil
            row["at"] = nil
            let old = try JSONDecoder().decode(CommitStatus.self, from: JSONSerialization.data(withJSONObject: row))
            #expect(old.execution == nil && old.at == nil && old.context == status.context)
        }
    }

    @Test func `a retried stage is in progress again, a stopped one was cancelled`() throws {
        var probe = try Self.probe("Source: fetch>app | Build: unit<app")
        try probe.run("ok fetch, fail unit, retry Build 1, abandon 1")
        #expect(
            Self.told(probe).map { String($0.split(separator: " ")[1]) } == [
                "succeeded", "running", "failed", "running", "cancelled",
            ])
    }

    @Test func `a commit that an event names is told from the start, with the event's branch`() throws {
        var probe = try Self.probe("Source: fetch>app | Build: unit<app", mode: .parallel)
        try probe.perform(
            .start(
                StartRequest(
                    trigger: ExecutionTrigger(type: .webhookV2),
                    input: StartInput(
                        sourceRevisions: [
                            SourceRevisionOverride(actionName: "fetch", revisionType: .commitID, revisionValue: "c9")
                        ], eventVariables: ["SourceBranchName": "topic"]))))
        #expect(Self.told(probe).last?.hasSuffix("/Source running c9@topic") == true, "\(Self.told(probe))")
    }

    @Test func `without the setting, and for sources that name no connection, nobody is told`() throws {
        var plain = try EngineProbe("Source: fetch>app | Build: unit<app")
        plain.settings.commitStatuses = { _ in true }
        try plain.run("ok fetch, ok unit")
        #expect(Self.told(plain) == [])
        var off = try Self.probe("Source: fetch>app | Build: unit<app")
        off.settings.commitStatuses = { _ in false }
        try off.run("ok fetch, ok unit")
        #expect(Self.told(off) == [])
    }
}
