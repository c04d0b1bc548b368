import ActionRunner
import Foundation
import PipelineModel
import Synchronization

/// A tree of stages and actions that is drawn again in place, with the tail of the running log below it.
final class LiveRunView: RunView {
    private static let tailLength = 6

    private struct State {
        var tail: [String] = []
        var drawnLines = 0
        var last: (execution: PipelineExecution, declaration: PipelineDeclaration)?
    }

    private let state = Mutex(State())
    private let write: @Sendable (String) -> Void

    init(write: @escaping @Sendable (String) -> Void = { CommandOutput.write($0, to: .standardOutput) }) {
        self.write = write
    }

    static var isPossible: Bool {
        isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"].map { $0 != "dumb" } == true
    }

    func show(_ execution: PipelineExecution, of declaration: PipelineDeclaration) {
        state.withLock { state in
            state.last = (execution, declaration)
            redraw(&state)
        }
    }

    func line(_ line: ActionLogLine) {
        state.withLock { state in
            state.tail.append("\(line.action) | \(line.text)")
            if state.tail.count > Self.tailLength { state.tail.removeFirst(state.tail.count - Self.tailLength) }
        }
    }

    func ask(_ question: String) -> Bool {
        state.withLock { state in
            write(TerminalText.printable("\(question) [y/N] "))
            state.drawnLines = 0
            return readLine()?.lowercased().hasPrefix("y") == true
        }
    }

    /// Leaves the tree standing, without the log's tail.
    func close() {
        state.withLock { state in
            state.tail = []
            redraw(&state)
        }
    }

    private func redraw(_ state: inout State) {
        guard let (execution, declaration) = state.last else { return }
        let width = Self.terminalWidth
        let now = Date().timeIntervalSince1970
        let lines =
            (Self.tree(execution, of: declaration, now: now)
            + state.tail.map { "    \u{1B}[2m\(Self.printable($0))\u{1B}[0m" })
            .map { Self.cut($0, to: width) }
        var text = state.drawnLines > 0 ? "\u{1B}[\(state.drawnLines)A" : ""
        text += lines.map { "\u{1B}[2K\($0)\n" }.joined()
        text += "\u{1B}[0J"
        write(text)
        state.drawnLines = lines.count
    }

    /// Every declared stage and action, also those whose turn has not come.
    private static func tree(
        _ execution: PipelineExecution, of declaration: PipelineDeclaration, now: Double
    ) -> [String] {
        var lines = ["\(execution.pipeline) \(execution.id) \(execution.status.rawValue)"]
        for declared in declaration.stages {
            let stage = execution.stages.first { $0.name == declared.name }
            lines.append("  \(stage.map { mark($0.status) } ?? "·") \(declared.name)\(elapsed(stage, now))")
            for action in declared.actions {
                let attempt = stage?.actions.first { $0.action == action.name }
                lines.append(
                    "    \(attempt.map { mark($0.status) } ?? "·") \(action.name) "
                        + "(\(action.actionTypeId.provider))\(elapsed(attempt, now))")
            }
            for (gate, condition) in stage?.judgedConditions ?? [] {
                lines += gateLines(gate, condition, now: now)
            }
        }
        return lines
    }

    private static func gateLines(_ gate: ConditionGate, _ condition: ConditionExecution, now: Double) -> [String] {
        let end = condition.status == .inProgress ? now : condition.lastUpdateTime
        let elapsed = RunText.seconds(end - condition.startTime)
        return ["    \(mark(condition.status)) \(gate.rawValue)  \(elapsed)"]
            + condition.rules.map { rule in
                let words = rule.summary.map { ": " + printable($0) } ?? ""
                return "      \(mark(rule.status)) \(rule.rule) (\(rule.type.provider))\(words)"
            }
    }

    private static func elapsed(_ stage: StageExecution?, _ now: Double) -> String {
        guard let stage else { return "" }
        return "  " + RunText.seconds((stage.status == .inProgress ? now : stage.lastUpdateTime) - stage.startTime)
    }

    private static func elapsed(_ action: ActionExecution?, _ now: Double) -> String {
        guard let action else { return "" }
        return "  " + RunText.seconds((action.status == .inProgress ? now : action.lastUpdateTime) - action.startTime)
    }

    private static func mark(_ status: StageStatus) -> String {
        switch status {
        case .inProgress, .stopping: "\u{1B}[33m●\u{1B}[0m"
        case .succeeded: "\u{1B}[32m✔\u{1B}[0m"
        case .skipped: "○"
        case .failed, .stopped, .cancelled: "\u{1B}[31m✘\u{1B}[0m"
        }
    }

    private static func mark(_ status: ConditionStatus) -> String {
        switch status {
        case .inProgress: "\u{1B}[33m●\u{1B}[0m"
        case .succeeded, .overridden: "\u{1B}[32m✔\u{1B}[0m"
        case .failed, .errored, .cancelled, .abandoned: "\u{1B}[31m✘\u{1B}[0m"
        }
    }

    private static func mark(_ status: RuleStatus) -> String {
        switch status {
        case .inProgress: "\u{1B}[33m●\u{1B}[0m"
        case .succeeded: "\u{1B}[32m✔\u{1B}[0m"
        case .failed, .abandoned: "\u{1B}[31m✘\u{1B}[0m"
        }
    }

    private static func mark(_ status: ActionStatus) -> String {
        switch status {
        case .inProgress: "\u{1B}[33m●\u{1B}[0m"
        case .succeeded: "\u{1B}[32m✔\u{1B}[0m"
        case .failed, .abandoned: "\u{1B}[31m✘\u{1B}[0m"
        }
    }

    /// A build's own control sequences must not move our cursor.
    private static func printable(_ text: String) -> String {
        TerminalText.printable(text.replacingOccurrences(of: "\t", with: " ").trimmingCharacters(in: .newlines))
    }

    /// Cuts to the terminal's width, not counting colour sequences.
    private static func cut(_ text: String, to width: Int) -> String {
        var shown = 0
        var inSequence = false
        var result = ""
        for character in text {
            if character == "\u{1B}" { inSequence = true }
            if !inSequence {
                guard shown < width - 1 else { continue }
                shown += 1
            }
            result.append(character)
            if inSequence, character.isLetter { inSequence = false }
        }
        return result
    }

    private static var terminalWidth: Int {
        var size = winsize()
        return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }
}
