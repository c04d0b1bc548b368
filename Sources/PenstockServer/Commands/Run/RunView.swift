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
        CommandOutput.write("\(question) [y/N] ", to: .standardError)
        return readLine()?.lowercased().hasPrefix("y") == true
    }
}

/// Plain lines, for files and pipes: each change of an action's status once, each log line as it comes.
final class PlainRunView: RunView {
    private let seen = Mutex<[ActionExecutionID: ActionStatus]>([:])
    private let start = ContinuousClock.now
    private let print: @Sendable (String) -> Void

    init(print: @escaping @Sendable (String) -> Void = { CommandOutput.line($0) }) { self.print = print }

    func show(_ execution: PipelineExecution, of declaration: PipelineDeclaration) {
        for stage in execution.stages {
            for action in stage.actions {
                let isNew = seen.withLock { seen in
                    guard seen[action.id] != action.status else { return false }
                    seen[action.id] = action.status
                    return true
                }
                guard isNew else { continue }
                let elapsed = RunText.seconds(action.lastUpdateTime - action.startTime)
                let took = action.status == .inProgress ? "" : " after \(elapsed)"
                print("[\(clock)] \(stage.name)/\(action.action): \(action.status.rawValue)\(took)")
            }
        }
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
