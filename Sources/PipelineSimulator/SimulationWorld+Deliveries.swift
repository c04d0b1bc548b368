import Foundation
import PipelineEngine
import PipelineModel

/// What source hosts send, once or more often, and what a simple matchmaker makes of it.
extension SimulationWorld {
    mutating func deliver(_ step: SimulationStep) throws {
        guard let delivery = delivery(of: step) else { return }
        var listeners: [[PipelineName]] = []
        if case .events(let events) = delivery.content { listeners = events.map { self.listeners(to: $0) } }
        let receipt = try ledger.record(delivery, match: SimulatedMatchmaker.verdict)
        batch.add(
            RecordedDelivery(delivery: delivery, listeners: listeners, receipt: receipt),
            touching: listeners.flatMap { $0 })
    }

    /// Remembers the deliveries of steps that an earlier process has done.
    package mutating func recallDeliveries(of steps: some Sequence<SimulationStep>) {
        for step in steps where step.act == .deliver { _ = newDelivery(step) }
    }

    /// As the declarations that are committed or were declared before in the same batch say it: each pipeline once, or
    /// once for each source that makes a question of it.
    private func listeners(to event: SourceEvent) -> [PipelineName] {
        var declarations = ledger.states.mapValues(\.declaration)
        for (name, command) in batch.accepted {
            switch command {
            case .create(let declaration, _, _), .update(let declaration): declarations[name] = declaration
            case .delete: declarations[name] = nil
            default: break
            }
        }
        let key = event.repository.lowercased()
        return declarations.keys.sorted().flatMap { name in
            let bindings = declarations[name].map { SourceBinding.bindings(of: $0) } ?? []
            let count = bindings.count { $0.repositoryKey == key }
            return Array(repeating: name, count: event.isAsked ? count : min(1, count))
        }
    }

    private mutating func delivery(of step: SimulationStep) -> Delivery? {
        guard step.act != .deliver else { return newDelivery(step) }
        guard !memory.deliveries.isEmpty else { return nil }
        var delivery = memory.deliveries[memory.deliveries.count - 1 - step.pick % memory.deliveries.count]
        if step.act == .replay { delivery.replayOf = 1 }
        return delivery
    }

    private mutating func newDelivery(_ step: SimulationStep) -> Delivery {
        memory.commits += 1
        let repository = RandomSketch.repositories[step.pick % RandomSketch.repositories.count]
        let content: Delivery.Content
        switch step.choice {
        case 0: content = .events([Self.push(repository, "main", memory.commits)])
        // Told by another hook, again by the same one, or the branch was pushed back.
        case 1: content = .events([Self.push(repository, "main", max(1, memory.commits - 2))])
        case 2: content = .events([Self.push(repository, "paths", memory.commits)])
        case 3:
            content = .events([Self.push(repository, "main", memory.commits), Self.push("R0", "other", memory.commits)])
        default: content = memory.commits % 2 == 0 ? .ignored(reason: "a ping") : .refused(code: "bad", reason: "no")
        }
        let delivery = Delivery(
            hook: HookID("h\(step.pick % 2)"), hookName: "hook", provider: "host", deliveryID: "d\(memory.commits)",
            event: "push", receivedAt: clock.now, headers: [:], body: Data(), content: content)
        memory.deliveries.append(delivery)
        return delivery
    }

    private static func push(_ repository: String, _ branch: String, _ commit: Int) -> SourceEvent {
        SourceEvent(
            repository: repository, change: .branchPushed(branch: branch, before: nil, after: "c\(commit)", forced: nil)
        )
    }
}

extension SourceEvent {
    /// Whether the matchmaker asks the host about it.
    fileprivate var isAsked: Bool {
        if case .branchPushed("paths", _, _, _) = change { true } else { false }
    }

    /// The commit that it brings.
    var commitID: String? {
        if case .branchPushed(_, _, let after, _) = change { after } else { nil }
    }
}

enum SimulatedMatchmaker {
    /// Every third commit is a stranger's. The branch tells what the matchmaker says: `main` starts, `paths` asks the host, all others don't match.
    @Sendable
    static func verdict(_ event: SourceEvent, _ binding: SourceBinding) -> MatchVerdict {
        guard case .branchPushed(let branch, _, let after, _) = event.change else { return .no(reason: "no push") }
        let request = StartRequest(
            trigger: ExecutionTrigger(type: .webhook),
            input: StartInput(
                sourceRevisions: [
                    SourceRevisionOverride(actionName: binding.action, revisionType: .commitID, revisionValue: after)
                ], eventVariables: isStrangers(after) ? [PipelineExecution.forkMark: "true"] : nil))
        switch branch {
        case "main": return .starts(request)
        case "paths":
            return .asks(
                ChangedPathsQuestion(
                    connection: "connection", repository: event.repository, change: .push(before: "", after: after),
                    filters: [], request: request))
        default: return .no(reason: "the branch '\(branch)' isn't '\(binding.branch)'")
        }
    }

    private static func isStrangers(_ commit: String) -> Bool { Int(commit.dropFirst()).map { $0 % 3 == 0 } ?? false }
}
