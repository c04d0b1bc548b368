package import PipelineEngine
import PipelineModel
package import PluginKit

/// What the operations work with: the ledger, the registry, the vault, the known types, the settings, and the world of
/// hooks and connections around them.
package struct CodePipelineService: Sendable {
    package let ledger: any Ledger
    package let registry: any Registry
    package let jobs: any JobBoard
    /// How workers get at artifacts.
    package let workers: any WorkerAccess
    /// What is declared of built-in actions: those of users are in the registry, see ``actionTypeCatalogue()``.
    package let actionTypes: ActionTypeCatalogue
    package let ruleTypes: RuleTypeCatalogue
    package let vault: any SecretVault
    package let settings: APISettings
    package let thirdParty: any ThirdPartyHooks
    package let declaredConnections: any DeclaredConnections
    /// Told after a pipeline's definition was committed: quick, and nothing depends on it.
    let definitionChanged: @Sendable () -> Void

    package init(
        ledger: any Ledger, registry: any Registry, jobs: any JobBoard, actionTypes: ActionTypeCatalogue,
        ruleTypes: [RuleTypeDescription] = [], vault: any SecretVault, workers: any WorkerAccess,
        settings: APISettings = APISettings(), thirdParty: any ThirdPartyHooks,
        declaredConnections: any DeclaredConnections, definitionChanged: @escaping @Sendable () -> Void = {}
    ) {
        self.ledger = ledger
        self.registry = registry
        self.jobs = jobs
        self.workers = workers
        self.actionTypes = actionTypes
        self.ruleTypes = RuleTypeCatalogue(ruleTypes)
        self.vault = vault
        self.settings = settings
        self.thirdParty = thirdParty
        self.declaredConnections = declaredConnections
        self.definitionChanged = definitionChanged
    }

    /// Gives a command to the ledger; nothing has changed when it throws.
    func submit(_ command: PipelineCommand, about subject: RefusalSubject) async throws(APIError) -> CommandOutcome {
        do {
            return try await ledger.perform(command, on: subject.pipeline)
        } catch let refusal as CommandRefusal {
            throw APIError(refusal, about: subject)
        } catch {
            throw .infrastructure(error)
        }
    }

    /// Asks the ledger; its failures become 503 or 500.
    func read<Answer: Sendable>(
        _ query: @Sendable (any Ledger) async throws -> Answer
    ) async throws(APIError) -> Answer {
        do {
            return try await query(ledger)
        } catch {
            throw .infrastructure(error)
        }
    }

    /// The modules' types and those that were made here.
    func actionTypeCatalogue() async throws(APIError) -> ActionTypeCatalogue {
        do {
            return actionTypes.adding(try await registry.customActionTypes())
        } catch {
            throw .infrastructure(error)
        }
    }

    /// - Throws: `PipelineNotFoundException` when there is no such pipeline.
    func state(of pipeline: PipelineName, in context: CallContext) async throws(APIError) -> PipelineState {
        let state = try await read { try await $0.state(of: pipeline) }
        guard let state else { throw .pipelineNotFound(pipeline, account: context.account) }
        return state
    }

    /// - Throws: `PipelineExecutionNotFoundException` when the pipeline has no such execution.
    func execution(_ id: ExecutionID, of pipeline: PipelineName) async throws(APIError) -> PipelineExecution {
        let execution = try await read { try await $0.execution(id) }
        guard let execution, execution.pipeline == pipeline else {
            throw .executionNotFound(id, of: pipeline)
        }
        return execution
    }

    func validator(_ actionTypes: ActionTypeCatalogue, region: String) -> DeclarationValidator {
        DeclarationValidator(
            actionTypes: actionTypes, ruleTypes: ruleTypes, settings: settings, region: region)
    }
}

extension APIError {
    /// The engine answered a command with another command's outcome: a bug of ours.
    static func unexpected(_ outcome: CommandOutcome) -> APIError {
        .internalFailure("the ledger answered \(outcome) to a command that can't lead to it")
    }
}
