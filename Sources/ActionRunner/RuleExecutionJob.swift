import Foundation
import PipelineEngine
import PipelineModel
import PluginKit

/// One run of one rule's job: workspace → inputs → provider → the command that reports its verdict.
struct RuleExecutionJob {
    let work: RuleWork
    let pipeline: PipelineName
    let provider: any RuleProvider
    let bench: Workbench

    /// The report, or `nil` when the task was cancelled: then nobody waits for it.
    func run() async -> PipelineCommand? {
        let reference = RuleReference(work.rule)
        return await bench.run(SubjectID(work.rule.id), failing: { .ruleFailed(reference, $0) }) { workspace in
            try await run(in: workspace)
        }
    }

    private func run(in workspace: JobWorkspace) async throws -> PipelineCommand? {
        let reference = RuleReference(work.rule)
        let outcome = await provider.evaluate(try await job(in: workspace), on: bench.actionHost)
        if Task.isCancelled { return nil }
        switch outcome {
        case .passed(let progress):
            return .ruleSucceeded(
                reference,
                RuleResult(
                    summary: progress.summary, externalExecutionID: progress.externalExecutionID,
                    externalExecutionURL: progress.externalExecutionURL))
        case .pending(let token, let pollAgain, let progress):
            return .rulePending(reference, ActionContinuation(token: token, pollAgain: pollAgain, progress: progress))
        case .failed(let failure):
            bench.log.line(failure.message)
            return .ruleFailed(reference, failure)
        }
    }

    private func job(in workspace: JobWorkspace) async throws -> RuleJob {
        let rule = work.rule
        return RuleJob(
            id: rule.id, pipeline: pipeline, execution: rule.executionID, stage: rule.stage, gate: rule.gate,
            rule: rule.rule, type: rule.type, region: rule.region ?? bench.settings.region,
            account: bench.settings.account,
            configuration: try bench.open(
                rule.resolvedConfiguration, of: "rule", isUntrusted: work.isUntrusted ?? false),
            commands: rule.commands ?? [],
            inputs: try await bench.inputs(rule.inputArtifacts, form: .directory, in: workspace),
            started: Date(timeIntervalSince1970: rule.startTime), continuationToken: work.continuationToken,
            isUntrusted: work.isUntrusted ?? false, workspace: workspace.scratch)
    }
}
