import Foundation
package import PipelineEngine
import PipelineModel
package import PluginKit

/// The action `Invoke/AWS/CodePipeline/1`: starts another pipeline of this gateway and succeeds once that has started.
///
/// The job's id is the start's client token, so that a job that runs twice starts once. The engine refuses to close a
/// circle of pipelines (spec: actions §6).
package struct InvokePipelineAction: ActionProvider {
    package let type = ActionTypeDescription(
        id: ActionTypeID(category: .invoke, owner: .aws, provider: "CodePipeline"),
        configuration: [
            ConfigurationProperty("PipelineName", required: true, summary: "the pipeline to start"),
            ConfigurationProperty(
                "SourceRevisions", summary: "a JSON list of actionName, revisionType and revisionValue"),
            ConfigurationProperty("Variables", summary: "a JSON list of name and value"),
        ], inputArtifacts: 0...0, outputArtifacts: 0...0, timeout: 3600)
    private let ledger: any Ledger
    private let account: String
    private let region: String

    package init(ledger: any Ledger, account: String, region: String) {
        self.ledger = ledger
        self.account = account
        self.region = region
    }

    package func run(_ job: ActionJob, on host: any ActionHost) async -> ActionOutcome {
        do {
            let target = try target(of: job)
            return try await start(target, for: job, log: host.log)
        } catch let failure as FailureDetails {
            return .failed(failure)
        } catch {
            // Nothing was written, or the token knows the start: asking again is right either way.
            host.log.line("The start could not be committed, it is tried again: \(error)")
            return .pending(token: "start", pollAgain: .seconds(5), progress: ActionProgress(summary: "\(error)"))
        }
    }

    private func start(
        _ target: PipelineName, for job: ActionJob, log: any ActionLog
    ) async throws -> ActionOutcome {
        let execution = try await ledger.execution(job.execution)
        let input = StartInput(
            sourceRevisions: try InvocationSettings.sourceRevisions(job.configuration["SourceRevisions"]),
            variables: try InvocationSettings.variables(job.configuration["Variables"]),
            invokedBy: job.invokedBy,
            // Who made the change here may not approve it there.
            authors: execution?.authors, eventVariables: job.isUntrusted ? Self.forkFacts(of: execution) : nil)
        let request = StartRequest(
            trigger: ExecutionTrigger(
                type: .startPipelineExecution,
                detail: "arn:aws:codepipeline:\(region):\(account):\(job.pipeline)"),
            input: input, clientRequestToken: job.id.rawValue)
        do {
            guard case .started(let id, _) = try await ledger.perform(.start(request), on: target) else {
                throw Self.refused(target, "it was not started")
            }
            log.line("Started execution \(id) of pipeline '\(target)'.")
            return .succeeded(
                ActionSuccess(
                    progress: ActionProgress(
                        externalExecutionID: id.rawValue, summary: "Started execution \(id) of '\(target)'.")))
        } catch let refusal as CommandRefusal {
            throw Self.refused(target, refusal)
        }
    }

    /// What a fork's pull request leads to is trusted no more than the request itself. Sources that are given its commit
    /// must know its target branch: the build instructions are that branch's.
    private static func forkFacts(of execution: PipelineExecution?) -> [String: String] {
        var facts = (execution?.eventVariables ?? [:]).filter { $0.key == PipelineExecution.forkTarget }
        facts[PipelineExecution.forkMark] = "true"
        return facts
    }

    private func target(of job: ActionJob) throws(FailureDetails) -> PipelineName {
        guard let name = job.configuration["PipelineName"], !name.isEmpty else {
            throw FailureDetails(.configurationError, "The action's configuration lacks PipelineName.")
        }
        guard job.region == region else {
            throw FailureDetails(
                .configurationError,
                "The pipeline '\(name)' would be started in \(job.region); this gateway knows \(region) only. "
                    + "Remove the action's region.")
        }
        return PipelineName(name)
    }

    private static func refused(_ target: PipelineName, _ refusal: CommandRefusal) -> FailureDetails {
        switch refusal {
        case .pipelineNotFound:
            refused(target, "there is no such pipeline. Check the action's PipelineName")
        case .concurrentExecutionsLimit:
            refused(
                target, "50 executions of it run or wait, which is the limit of its mode. Retry the stage later")
        case .invalidInput(let why), .conflict(let why): refused(target, why)
        default: refused(target, "\(refusal)")
        }
    }

    private static func refused(_ target: PipelineName, _ why: String) -> FailureDetails {
        let sentence = why.hasSuffix(".") ? why : why + "."
        return FailureDetails(.configurationError, "The pipeline '\(target)' was not started: \(sentence)")
    }
}

/// The two lists of an InvokePipeline action's configuration: each a JSON text.
enum InvocationSettings {
    private struct Variable: Decodable {
        var name: String
        var value: String
    }

    static func sourceRevisions(_ json: String?) throws(FailureDetails) -> [SourceRevisionOverride] {
        let kinds = SourceRevisionOverride.Kind.allCases.map(\.rawValue).joined(separator: ", ")
        return try list(
            json, key: "SourceRevisions",
            like:
                #"[{"actionName":"Source","revisionType":"COMMIT_ID","revisionValue":"…"}], its type one of \#(kinds)"#)
    }

    static func variables(_ json: String?) throws(FailureDetails) -> [String: String] {
        let pairs: [Variable] = try list(json, key: "Variables", like: #"[{"name":"A","value":"b"}]"#)
        var variables: [String: String] = [:]
        for pair in pairs where variables.updateValue(pair.value, forKey: pair.name) != nil {
            throw FailureDetails(.configurationError, "Variables: '\(pair.name)' is given twice.")
        }
        return variables
    }

    private static func list<Element: Decodable>(
        _ json: String?, key: String, like example: String
    ) throws(FailureDetails) -> [Element] {
        guard let json, !json.isEmpty else { return [] }
        do {
            return try JSONDecoder().decode([Element].self, from: Data(json.utf8))
        } catch {
            throw FailureDetails(.configurationError, "\(key) is not a JSON list like \(example).")
        }
    }
}
