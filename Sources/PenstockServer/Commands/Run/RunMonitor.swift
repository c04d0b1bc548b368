import Foundation
import PipelineEngine
import PipelineModel
import ServiceLifecycle

/// Follows one execution to its end: shows it, answers its approvals, and stops it when the user interrupts.
struct RunMonitor: Service {
    let gateway: Gateway
    let declaration: PipelineDeclaration
    let execution: ExecutionID
    let approvals: RunRequest.Approvals
    let view: any RunView

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await follow() }
        if Task.isShuttingDownGracefully { try await stop() }
        if let ended = try await gateway.ledger.execution(execution) { view.show(ended, of: declaration) }
        view.close()
    }

    private func follow() async throws {
        var answered: Set<String> = []
        while !Task.isCancelled {
            guard let current = try await gateway.ledger.execution(execution) else { return }
            view.show(current, of: declaration)
            if current.status.isTerminal { return }
            for action in current.stages.flatMap(\.actions) {
                guard let token = action.approvalToken, action.status == .inProgress, answered.insert(token).inserted
                else { continue }
                try await answer(action, token: token)
            }
            do { try await Task.sleep(for: .milliseconds(100)) } catch { return }
        }
    }

    private func answer(_ action: ActionExecution, token: String) async throws {
        let approve: Bool
        switch approvals {
        case .all: approve = true
        case .none: approve = false
        case .ask: approve = view.ask("Approve \(action.stage)/\(action.action)?")
        }
        _ = try await gateway.ledger.perform(
            .answerApproval(
                ApprovalAnswer(
                    stage: action.stage, action: action.action, token: token, status: approve ? .approved : .rejected,
                    summary: "answered by penstock run --approve \(approvals.rawValue)",
                    by: "arn:aws:iam::\(gateway.settings.account):user/administrator")), on: declaration.name)
    }

    private func stop() async throws {
        do {
            _ = try await gateway.ledger.perform(
                .stop(execution, mode: .abandon, reason: "interrupted"), on: declaration.name)
        } catch is CommandRefusal {
            // It ended meanwhile.
        }
    }
}
