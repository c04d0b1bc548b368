import Foundation
import PipelineEngine
import PipelineModel

extension PipelineDeclaration {
    /// Source → Build, on a connection to `repository`.
    static func sample(
        _ name: PipelineName = "app", repository: String = "acme/app", branch: String = "main",
        secret: SealedSecret? = nil
    ) -> PipelineDeclaration {
        var source: [String: ConfigurationValue] = [
            "ConnectionArn": .plain(connection), "FullRepositoryId": .plain(repository),
            "BranchName": .plain(branch),
        ]
        source["Token"] = secret.map { .sealed($0) }
        return PipelineDeclaration(
            name: name, roleArn: "arn:aws:iam::000000000000:role/pipeline",
            artifactStore: ArtifactStoreDeclaration(location: "artifacts"),
            stages: [
                StageDeclaration(
                    name: "Source",
                    actions: [
                        ActionDeclaration(
                            name: "Checkout",
                            actionTypeId: ActionTypeID(
                                category: .source, owner: .aws, provider: "CodeStarSourceConnection"),
                            configuration: source, outputArtifacts: [ArtifactReference(name: "Code")])
                    ]),
                StageDeclaration(
                    name: "Build",
                    actions: [
                        ActionDeclaration(
                            name: "Compile",
                            actionTypeId: ActionTypeID(category: .build, owner: .aws, provider: "CodeBuild"),
                            configuration: ["ProjectName": .plain("app")],
                            inputArtifacts: [ArtifactReference(name: "Code")])
                    ]),
            ])
    }

    static let connection = "arn:aws:codeconnections:us-east-1:000000000000:connection/1"
}

extension PipelineCommand {
    static func sample(
        _ name: PipelineName = "app", repository: String = "acme/app", secret: SealedSecret? = nil
    ) -> PipelineCommand {
        .create(
            .sample(name, repository: repository, secret: secret), trigger: ExecutionTrigger(type: .createPipeline))
    }

    static let start = PipelineCommand.start(StartRequest(trigger: ExecutionTrigger(type: .startPipelineExecution)))
}

extension Delivery {
    static func push(
        _ id: String, to repository: String = "acme/app", branch: String = "main", replayOf: Int64? = nil,
        body: Data = Data("{}".utf8)
    ) -> Delivery {
        let event = SourceEvent(
            repository: repository, change: .branchPushed(branch: branch, before: nil, after: "c1", forced: nil))
        return .sample(id, .events([event]), body: body, replayOf: replayOf)
    }

    static func sample(
        _ id: String, _ content: Content, body: Data = Data("{}".utf8), replayOf: Int64? = nil
    ) -> Delivery {
        Delivery(
            hook: "h1", hookName: "app", provider: "github", deliveryID: id, event: "push", receivedAt: 999,
            headers: ["X-GitHub-Event": "push"], body: body, content: content, replayOf: replayOf)
    }
}

/// Matches by branch, as a simple matchmaker would.
@Sendable func matchBranch(_ event: SourceEvent, _ binding: SourceBinding) -> MatchVerdict {
    guard case .branchPushed(let branch, _, let after, _) = event.change else { return .no(reason: "not a push") }
    guard branch == binding.branch else { return .no(reason: "branch \(branch) is not \(binding.branch)") }
    let revision = SourceRevisionOverride(
        actionName: binding.action, revisionType: .commitID, revisionValue: after)
    return .starts(
        StartRequest(
            trigger: ExecutionTrigger(type: .webhookV2, detail: "push"),
            input: StartInput(sourceRevisions: [revision])))
}

extension ClaimedEffect {
    var reference: ActionReference {
        guard case .action(let reference) = effect.subject else { preconditionFailure("it serves no attempt") }
        return reference
    }

    var isRun: Bool {
        if case .runAction = effect.kind { true } else { false }
    }

    var success: PipelineCommand {
        guard case .runAction(let work) = effect.kind else { return .actionTimedOut(reference) }
        let outputs = work.action.outputArtifacts.map { output in
            StoredArtifact(name: output.name, bucket: output.bucket, key: output.key, sha256: "ab", size: 7)
        }
        return .actionSucceeded(reference, ActionResult(outputs: outputs))
    }
}

extension Ledger {
    func claimAll(_ worker: WorkerID = "w", lease: Double = 60) async throws -> [ClaimedEffect] {
        try await claim(limit: 1000, worker: worker, lease: lease)
    }

    /// Claims and finishes with success until nothing is due.
    func runAll(_ worker: WorkerID = "w") async throws {
        while case let claimed = try await claimAll(worker), !claimed.isEmpty {
            for effect in claimed {
                _ = try await finish(effect.id, reporting: effect.success, on: effect.effect.pipeline)
            }
        }
    }
}

extension WorkerID: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) { self.init(value) }
}
