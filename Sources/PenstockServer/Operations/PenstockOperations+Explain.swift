import AWSWire
import CodePipelineAPI
import Foundation
import PipelineEngine
import PipelineModel
import PluginKit
import WebhookIntake

/// `ExplainExecution` and `ExplainPipeline`: the ledger's facts, gathered; the words are ``ExecutionStory``'s.
extension PenstockOperations {
    func explainExecution(_ input: JSONValue) async throws -> ExecutionExplanation {
        guard let id = try Self.text("execution", in: input), !id.isEmpty else {
            throw APIError("ValidationException", "execution must be the id of an execution")
        }
        guard let execution = try await gateway.ledger.execution(ExecutionID(id)) else {
            throw APIError("ResourceNotFoundException", "There is no execution '\(id)'")
        }
        return ExecutionExplanation(
            pipeline: execution.pipeline.rawValue, execution: id, number: execution.number,
            version: execution.pipelineVersion, status: execution.status.rawValue, summary: execution.statusSummary,
            startTime: Date(timeIntervalSince1970: execution.startTime),
            lines: ExecutionStory.lines(try await facts(about: execution)))
    }

    private func facts(about execution: PipelineExecution) async throws -> ExecutionStory.Facts {
        let ledger = gateway.ledger
        let events = try await ledger.events(of: execution.id)
        return ExecutionStory.Facts(
            execution: execution, events: events,
            pipelineEvents: try await ledger.pipelineEvents(of: execution.pipeline, limit: 1000),
            delivery: try await ledger.delivery(thatStarted: execution.id),
            others: try await others(than: execution, events: events),
            state: try await ledger.state(of: execution.pipeline), now: Date().timeIntervalSince1970)
    }

    /// Executions that the facts name, and those that a failure or an update started in its place.
    private func others(
        than execution: PipelineExecution, events: [RecordedEvent]
    ) async throws -> [PipelineExecution] {
        var wanted = Set(events.compactMap(\.event.otherExecution))
        wanted.formUnion([execution.rollbackTarget, execution.restarts].compactMap { $0 })
        var others = try await followers(of: execution)
        // A rollback's line names its target.
        wanted.formUnion(others.compactMap(\.rollbackTarget))
        for id in wanted where !others.contains(where: { $0.id == id }) {
            if let other = try await gateway.ledger.execution(id) { others.append(other) }
        }
        return others
    }

    /// They start in the commit that ends this one, so numbers are looked through upwards until that moment.
    private func followers(of execution: PipelineExecution) async throws -> [PipelineExecution] {
        guard execution.status == .failed || execution.status == .cancelled || execution.isCancelling else { return [] }
        var followers: [PipelineExecution] = []
        var first = execution.number + 1
        for _ in 0..<Self.followerPages {
            let page = try await gateway.ledger.executions(of: execution.pipeline, before: first + 100, limit: 100)
                .filter { $0.number >= first }
            followers += page.filter {
                $0.restarts == execution.id || $0.trigger.detail?.contains(execution.id.rawValue) == true
            }
            guard let newest = page.first, newest.startTime <= execution.lastUpdateTime else { break }
            first += 100
        }
        return followers
    }

    private static let followerPages = 50

    func explainPipeline(_ input: JSONValue) async throws -> PipelineExplanation {
        let state = try await state(input)
        let journal = try await gateway.ledger.journal(before: nil, limit: Self.journalReach)
        return PipelineExplanation(
            of: state, journal: journal, open: try await open(in: journal, for: state.declaration),
            now: Date().timeIntervalSince1970)
    }

    /// Deliveries whose content is still open, and that may concern the pipeline: by their hook's connection, and by the
    /// repository where that is known.
    private func open(
        in journal: [JournalEntry], for declaration: PipelineDeclaration
    ) async throws -> [JournalEntry] {
        let bindings = SourceBinding.bindings(of: declaration)
        var open: [JournalEntry] = []
        for listed in journal where listed.deferral != nil {
            // Lists leave out what a delivery says.
            guard let entry = try await gateway.ledger.journalEntry(listed.sequence), let deferral = entry.deferral
            else { continue }
            let hook = gateway.hookTable.hook(entry.hook)
            let concerns = PipelineExplanation.concerns(
                deferral, declaration.name, bindings: bindings,
                connectionKey: hook.map { String($0.connection.arn.connectionKey) },
                servesGitHubV1: hook?.servesGitHubV1 ?? false, events: gateway.intake.events(of: entry))
            if concerns { open.append(entry) }
            if open.count == Self.shownOpen { break }
        }
        return open
    }

    private static let shownOpen = 20

    /// Deliveries that are looked through for those that concern one pipeline.
    private static let journalReach = 1000
}

extension PipelineEvent {
    /// Another execution that the fact names.
    fileprivate var otherExecution: ExecutionID? {
        switch self {
        case .executionQueued(_, _, .stageHeld(let other)), .executionQueued(_, _, .behind(let other)),
            .executionSuperseded(_, let other):
            other.rawValue.isEmpty ? nil : other
        default: nil
        }
    }
}
