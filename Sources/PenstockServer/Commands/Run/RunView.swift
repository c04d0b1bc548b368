import ActionRunner
import Foundation
import PipelineModel
import Synchronization

/// How a run is shown while it goes on. Called from several threads.
protocol RunView: Sendable {
    func show(_ execution: PipelineExecution, of declaration: PipelineDeclaration)
    func line(_ line: ActionLogLine)
    /// A yes-or-no question on the terminal; no terminal means no.
    func ask(_ question: String) -> Bool
    func close()
}

extension RunView {
    func ask(_ question: String) -> Bool {
        guard isatty(STDIN_FILENO) == 1 else {
            CommandOutput.remark("\(question) There is no terminal to ask on: rejected. Use --approve all to approve.")
            return false
        }
        CommandOutput.write(TerminalText.printable("\(question) [y/N] "), to: .standardError)
        return readLine()?.lowercased().hasPrefix("y") == true
    }
}

/// Plain lines, for files and pipes: each change of an action's status once, each log line as it comes.
final class PlainRunView: RunView {
    /// By the attempt's id, or the gate's and the rule's.
    private let seen = Mutex<[String: String]>([:])
    private let start = ContinuousClock.now
    private let print: @Sendable (String) -> Void

    init(print: @escaping @Sendable (String) -> Void = { CommandOutput.logLine($0) }) { self.print = print }

    func show(_ execution: PipelineExecution, of declaration: PipelineDeclaration) {
        for stage in execution.stages {
            for action in stage.actions {
                tell(
                    action.id.rawValue, "\(stage.name)/\(action.action)", action.status.rawValue,
                    took: action.status == .inProgress ? nil : action.lastUpdateTime - action.startTime)
            }
            for (gate, condition) in stage.judgedConditions { show(gate, condition, of: stage) }
        }
    }

    private func show(_ gate: ConditionGate, _ condition: ConditionExecution, of stage: StageExecution) {
        let place = "\(stage.name)/\(gate.rawValue)"
        for rule in condition.rules {
            tell(
                rule.id.rawValue, "\(place)/\(rule.rule)", rule.status.rawValue,
                took: rule.status == .inProgress ? nil : rule.lastUpdateTime - rule.startTime)
        }
        // Its own start tells one judgement of a gate from the next.
        tell(
            "\(place) \(condition.startTime)", place,
            condition.status.rawValue, words: condition.summary,
            took: condition.status == .inProgress ? nil : condition.lastUpdateTime - condition.startTime)
    }

    private func tell(_ id: String, _ place: String, _ status: String, words: String? = nil, took: Double?) {
        let isNew = seen.withLock { seen in
            guard seen[id] != status else { return false }
            seen[id] = status
            return true
        }
        guard isNew else { return }
        let elapsed = took.map { " after \(RunText.seconds($0))" } ?? ""
        print("[\(clock)] \(place): \(status)\(elapsed)" + (words.map { ": \($0)" } ?? ""))
    }

    func line(_ line: ActionLogLine) {
        print("[\(clock)] \(line.stage)/\(line.action) | \(line.text)")
    }

    func close() {}

    private var clock: String {
        let elapsed = (ContinuousClock.now - start).components
        return RunText.seconds(Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18)
    }
}

enum RunText {
    static func seconds(_ value: Double) -> String {
        value < 60
            ? String(format: "%.1fs", max(0, value)) : String(format: "%dm%02ds", Int(value) / 60, Int(value) % 60)
    }

    static func bytes(_ count: Int64) -> String {
        switch count {
        case ..<1024: "\(count) B"
        case ..<1_048_576: String(format: "%.1f KiB", Double(count) / 1024)
        case ..<1_073_741_824: String(format: "%.1f MiB", Double(count) / 1_048_576)
        default: String(format: "%.2f GiB", Double(count) / 1_073_741_824)
        }
    }
}

extension StageExecution {
    /// In the order in which a stage comes to them.
    var judgedConditions: [(ConditionGate, ConditionExecution)] {
        ConditionGate.allCases.compactMap { gate in conditions[gate].map { (gate, $0) } }
    }
}
