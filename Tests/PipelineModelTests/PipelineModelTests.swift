import Foundation
import PipelineModel
import Testing

@Suite struct ConfigurationValueTests {
    @Test func `a sealed value prints as the mask and comes back from its stored form`() throws {
        let value = ConfigurationValue.sealed(SealedSecret(keyID: "0a1b2c3d", box: "Ym94"))
        #expect("\(value)" == "****")
        let stored = try JSONEncoder().encode(["OAuthToken": value])
        #expect(try JSONDecoder().decode([String: ConfigurationValue].self, from: stored) == ["OAuthToken": value])
    }

    @Test func `a plain value is stored as plain text`() throws {
        let stored = try JSONEncoder().encode([ConfigurationValue.plain("main")])
        #expect(String(decoding: stored, as: UTF8.self) == #"["main"]"#)
    }
}

@Suite struct ConnectionARNTests {
    @Test(arguments: [
        (
            "arn:aws:codestar-connections:eu-west-1:1:connection/a", "arn:aws:codeconnections:eu-west-1:1:connection/a",
            true
        ),
        ("arn:aws:codeconnections:eu-west-1:1:connection/a", "arn:aws:codeconnections:eu-west-1:1:connection/b", false),
        ("arn:aws:codeconnections:eu-west-1:1:connection/a", "arn:aws:codeconnections:us-east-1:1:connection/a", false),
        ("local", "local", true),
    ])
    func `the service's old and new name make the same connection`(left: String, right: String, same: Bool) {
        #expect((ConnectionARN(left).connectionKey == ConnectionARN(right).connectionKey) == same)
    }
}

@Suite struct PipelineDeclarationTests {
    private let one = ArtifactStoreDeclaration(location: "one")
    private let two = ArtifactStoreDeclaration(location: "two")

    @Test func `an action's artifacts go to the store of its region, else to the only one`() {
        var pipeline = PipelineDeclaration(name: "p", roleArn: "r", artifactStore: one, stages: [])
        #expect(pipeline.artifactStore(forRegion: "eu-west-1") == one)
        pipeline.artifactStores = ["eu-west-1": two]
        #expect(pipeline.artifactStore(forRegion: "eu-west-1") == two)
        #expect(pipeline.artifactStore(forRegion: nil) == one)
    }
}

@Suite struct ExecutionCodingTests {
    private let empty = PipelineExecution(
        id: "e", pipeline: "p", pipelineVersion: 1, number: 1, mode: .superseded,
        trigger: ExecutionTrigger(type: .webhook, detail: "d"), startTime: 1)

    private var full: PipelineExecution {
        var execution = empty
        let artifact = StoredArtifact(
            name: "A", bucket: "b", key: "k", sha256: "00", size: 1,
            revision: SourceRevision(actionName: "a", revisionID: "c1"), encryptionKeyID: "key")
        execution.status = .failed
        execution.statusSummary = "why"
        execution.sourceRevisionOverrides = [
            SourceRevisionOverride(actionName: "a", revisionType: .commitID, revisionValue: "c1")
        ]
        execution.variables = ["v": "1"]
        execution.namespaces = ["n": ["k": "v"]]
        execution.artifacts = ["A": artifact]
        execution.sourceRevisions = [SourceRevision(actionName: "a", revisionID: "c1", summary: "s")]
        execution.stopReason = "reason"
        execution.stopMode = .abandon
        execution.isCancelling = true
        execution.rollbackTarget = "t"
        execution.invokedBy = ["other"]
        execution.restarts = "r"
        execution.authors = ["ada"]
        execution.eventVariables = ["BranchName": "main"]
        execution.putRevision = SourceRevision(actionName: "a", revisionID: "p1")
        var action = ActionExecution(
            id: "x", executionID: "e", pipelineVersion: 1, stage: "s", action: "a", type: .manualApproval, startTime: 2,
            configuration: ["k": .plain("v")], resolvedConfiguration: ["k": .plain("w")], inputArtifacts: [artifact],
            outputArtifacts: [artifact])
        action.status = .abandoned
        action.updatedBy = "me"
        action.region = "r"
        action.roleArn = "role"
        action.namespace = "n"
        action.outputVariables = ["o": "1"]
        action.summary = "s"
        action.externalExecutionID = "i"
        action.externalExecutionURL = "u"
        action.percentComplete = 5
        action.failure = FailureDetails(.jobFailed, "m")
        action.approvalToken = "t"
        action.deadline = 9
        action.approvals = ["arn"]
        action.approvedDigests = ["A": "00"]
        var stage = StageExecution(name: "s", startTime: 2)
        stage.actions = [action]
        execution.stages = [stage]
        return execution
    }

    @Test func `every member comes back from the stored form`() throws {
        for execution in [empty, full] {
            let stored = try JSONEncoder().encode(execution)
            #expect(try JSONDecoder().decode(PipelineExecution.self, from: stored) == execution)
        }
        // Were a member forgotten, the full one would have as many keys as it has now without it.
        let members = Mirror(reflecting: full).children.count
        let keys = try JSONSerialization.jsonObject(with: JSONEncoder().encode(full)) as? [String: Any]
        #expect(keys?.count == members)
        let action = full.stages[0].actions[0]
        let actionKeys = try JSONSerialization.jsonObject(with: JSONEncoder().encode(action)) as? [String: Any]
        #expect(actionKeys?.count == Mirror(reflecting: action).children.count)
    }

    @Test func `what is empty is not stored`() throws {
        let keys = try JSONSerialization.jsonObject(with: JSONEncoder().encode(empty)) as? [String: Any]
        #expect(keys?["stages"] == nil && keys?["variables"] == nil && keys?["isCancelling"] == nil)
    }
}
