import PipelineEngine
import PipelineModel
import Testing

@testable import PipelineStore

extension PipelineDeclaration {
    static let workerType = ActionTypeID(category: .build, owner: .custom, provider: "Worker")

    /// The sample with a build that job workers do.
    static func worked(
        _ name: PipelineName = "app", project: String = "app", outputs: [ArtifactName] = []
    ) -> PipelineDeclaration {
        var declaration = PipelineDeclaration.sample(name)
        declaration.stages[1].actions[0].actionTypeId = workerType
        declaration.stages[1].actions[0].configuration = [
            "Project": .plain(project), "Password": .sealed(SealedSecret(keyID: "k", box: "b")),
        ]
        declaration.stages[1].actions[0].outputArtifacts = outputs.map { ArtifactReference(name: $0) }
        return declaration
    }
}

/// What is offered and by which effect.
struct Offer {
    var job: JobID
    var claimed: ClaimedEffect
}

extension LedgerProbe {
    var board: any JobBoard & Registry {
        get throws { try #require(ledger as? any JobBoard & Registry, "every ledger is a job board") }
    }

    /// A pipeline whose build is offered to workers.
    @discardableResult
    func offered(_ declaration: PipelineDeclaration = .worked()) async throws -> Offer {
        _ = try await ledger.created(declaration)
        try await ledger.runAll { $0.effect.pipeline == declaration.name && $0.reference.action == "Checkout" }
        return try await offer(of: declaration.name)
    }

    /// Offers the work of a pipeline's build.
    func offer(of pipeline: PipelineName) async throws -> Offer {
        let all = try await ledger.claimAll("workshop")
        let claimed = try #require(all.first { $0.effect.pipeline == pipeline && $0.isRun })
        try await ledger.release(all.map(\.id).filter { $0 != claimed.id }, worker: "workshop")
        return Offer(job: try #require(try await board.offer(claimed)), claimed: claimed)
    }

    func poll(
        _ property: (name: String, value: String)? = nil, type: ActionTypeID = PipelineDeclaration.workerType,
        limit: Int = 10
    ) async throws -> [Job] {
        try await board.poll(JobQuery(type: type, property: property), limit: limit)
    }

    /// Polls and acknowledges the one job that waits.
    @discardableResult
    func taken() async throws -> Job {
        let job = try #require(try await poll(limit: 1).first)
        #expect(try await board.acknowledge(job.id, nonce: try #require(job.nonce)) == .taken(.inProgress))
        return job
    }

    func attempt(of offer: Offer) async throws -> ActionExecution {
        let rows = try await ledger.actionExecutions(
            of: offer.claimed.effect.pipeline, execution: nil, before: nil, limit: 99)
        return try #require(rows.first { $0.action.id == offer.claimed.reference.id }?.action)
    }
}
