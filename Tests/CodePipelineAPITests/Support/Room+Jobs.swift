import CodePipelineAPI
import PipelineEngine
import PipelineModel
import Testing

/// A custom type, a pipeline whose build is of it, and the workshop's part.
extension Room {
    static let workerType = #"{"category": "Build", "owner": "Custom", "provider": "Worker", "version": "1"}"#

    static let workerDefinition = """
        {"category": "Build", "provider": "Worker", "version": "1",
         "settings": {"entityUrlTemplate": "https://ci.example/{Config:Project}",
                      "executionUrlTemplate": "https://ci.example/{Config:Project}/{ExternalExecutionId}"},
         "configurationProperties": [
          {"name": "Project", "required": true, "key": true, "secret": false, "queryable": true,
           "description": "what to build", "type": "String"},
          {"name": "Password", "required": false, "key": false, "secret": true},
          {"name": "Attempts", "required": false, "key": false, "secret": false, "type": "Number"},
          {"name": "Quick", "required": false, "key": false, "secret": false, "type": "Boolean"}],
         "inputArtifactDetails": {"minimumCount": 0, "maximumCount": 2},
         "outputArtifactDetails": {"minimumCount": 0, "maximumCount": 1}}
        """

    static func worked(_ name: String = "worked", bucket: String = "artifacts") throws -> Document {
        try Pipelines.small(name)
            .setting("artifactStore.location", to: .string(bucket))
            .setting("artifactStore.encryptionKey", to: document(#"{"id": "alias/key", "type": "KMS"}"#))
            .setting("stages.1.actions.0.actionTypeId", to: document(workerType))
            .setting(
                "stages.1.actions.0.configuration", to: document(##"{"Project": "app", "Password": "s3cret"}"##))
    }

    func makeWorkerType() async throws { try await call("CreateCustomActionType", Self.workerDefinition) }

    /// Offers what the workshop would offer, once the source has been fetched.
    func offer(_ pipeline: PipelineName) async throws {
        let claimed = try await ledger.claim(limit: 99, worker: WorkerID("w"), lease: 60)
        for effect in claimed where effect.effect.pipeline == pipeline { _ = try await ledger.offer(effect) }
        try await ledger.release(claimed.map(\.id), worker: WorkerID("w"))
    }

    func poll(_ more: String = #", "queryParam": {"Project": "app"}"#) async throws -> [Document] {
        try await call("PollForJobs", #"{"actionTypeId": \#(Self.workerType)\#(more)}"#)["jobs"]?.items ?? []
    }

    /// A pipeline with a job that waits.
    func offered(_ pipeline: Document) async throws {
        try await create(pipeline)
        let name = PipelineName(pipeline["name"]?.text ?? "")
        try await fetch(name)
        try await offer(name)
    }

    /// The one job that waits, acknowledged.
    func takenJob() async throws -> String {
        let job = try #require(try await poll().first)
        let (id, nonce) = (try #require(job["id"]?.text), try #require(job["nonce"]?.text))
        let answer = try await call("AcknowledgeJob", #"{"jobId": "\#(id)", "nonce": "\#(nonce)"}"#)
        #expect(answer["status"]?.text == "InProgress")
        return id
    }
}
