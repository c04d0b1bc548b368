import Foundation
import PipelineEngine
import PipelineModel
import Testing

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
        // Each is a change of its own: the same one told twice starts once.
        let event = SourceEvent(
            repository: repository, change: .branchPushed(branch: branch, before: "b-\(id)", after: "c1", forced: nil))
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

/// Every event's paths must be asked for.
@Sendable func askAlways(_ event: SourceEvent, _ binding: SourceBinding) -> MatchVerdict {
    guard case .starts(let request) = matchBranch(event, binding) else { return .no(reason: "no") }
    return .asks(
        ChangedPathsQuestion(
            connection: ConnectionARN(PipelineDeclaration.connection), repository: event.repository,
            change: .push(before: "c0", after: "c1"), filters: [], request: request))
}

extension ClaimedEffect {
    var reference: ActionReference {
        guard case .action(let reference) = effect.subject else { preconditionFailure("it serves no attempt") }
        return reference
    }

    var isRun: Bool {
        if case .runAction = effect.kind { true } else { false }
    }

    /// The report of a worker that does all well; nothing for what nobody waits for.
    var success: PipelineCommand? {
        switch effect.kind {
        case .runAction(let work):
            let outputs = work.action.outputArtifacts.map { output in
                StoredArtifact(name: output.name, bucket: output.bucket, key: output.key, sha256: "ab", size: 7)
            }
            return .actionSucceeded(reference, ActionResult(outputs: outputs))
        case .runRule(let work): return .ruleSucceeded(RuleReference(work.rule), RuleResult())
        case .collectOutputs(let work): return .actionSucceeded(reference, work.result)
        case .timer(let command): return command
        case .askChangedPaths(let question): return .changedPaths(question, .inspected(match: "a.txt", count: 3))
        case .cancelAction, .cancelRule, .reportStatus, .notify: return nil
        }
    }

    var failure: PipelineCommand? {
        let details = FailureDetails(.jobFailed, "it broke")
        return switch effect.kind {
        case .runAction, .collectOutputs: .actionFailed(reference, details)
        case .runRule(let work): .ruleFailed(RuleReference(work.rule), details)
        case .askChangedPaths(let question): .changedPaths(question, .impossible(reason: "the commit is gone"))
        case .cancelAction, .cancelRule, .reportStatus, .notify, .timer: nil
        }
    }
}

extension Ledger {
    func claimAll(_ worker: WorkerID = "w", lease: Double = 60) async throws -> [ClaimedEffect] {
        try await claim(limit: 1000, worker: worker, lease: lease)
    }

    /// Claims and finishes with success until nothing is due; what isn't wanted is handed back at the end.
    func runAll(_ worker: WorkerID = "w", where isWanted: (ClaimedEffect) -> Bool = { _ in true }) async throws {
        var unwanted: [EffectID] = []
        while case let claimed = try await claimAll(worker), !claimed.isEmpty {
            for effect in claimed {
                if isWanted(effect) {
                    _ = try await finish(effect.id, reporting: effect.success, on: effect.effect.pipeline)
                } else {
                    unwanted.append(effect.id)
                }
            }
        }
        try await release(unwanted, worker: worker)
    }

    /// The oldest due effect succeeds.
    func succeedNext() async throws {
        let next = try #require(try await claim(limit: 1, worker: "w", lease: 60).first)
        _ = try await finish(next.id, reporting: next.success, on: next.effect.pipeline)
    }

    /// The oldest due effect fails.
    func failNext() async throws {
        let next = try #require(try await claim(limit: 1, worker: "w", lease: 60).first)
        _ = try await finish(next.id, reporting: next.failure, on: next.effect.pipeline)
    }

    /// - Returns: the first execution.
    func created(_ declaration: PipelineDeclaration) async throws -> ExecutionID {
        let trigger = ExecutionTrigger(type: .createPipeline)
        guard
            case .declared(_, let id?) = try await perform(.create(declaration, trigger: trigger), on: declaration.name)
        else { throw CommandRefusal.conflict("it did not start") }
        return id
    }
}

extension PipelineDeclaration {
    /// The sample as a V2 pipeline.
    static func sample(_ name: PipelineName = "app", mode: ExecutionMode) -> PipelineDeclaration {
        var declaration = PipelineDeclaration.sample(name)
        declaration.pipelineType = .v2
        declaration.executionMode = mode
        return declaration
    }

    /// The sample with rules in front of its second stage.
    static func sample(_ name: PipelineName = "app", gates rules: [RuleName]) -> PipelineDeclaration {
        var declaration = PipelineDeclaration.sample(name, mode: .superseded)
        declaration.stages[1].beforeEntry = .sample(rules, result: .fail)
        return declaration
    }
}

extension GateDeclaration {
    static func sample(_ rules: [RuleName], result: ConditionResult) -> GateDeclaration {
        let rules = rules.map { RuleDeclaration(name: $0, ruleTypeId: RuleTypeID(provider: "DeploymentWindow")) }
        return GateDeclaration(conditions: [ConditionDeclaration(result: result, rules: rules)])
    }
}

extension WorkerID: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) { self.init(value) }
}
