package import Foundation
package import PipelineModel
import PluginKit
import Synchronization

/// The logs of all actions and rules: one file an attempt, below `FOLDER/PIPELINE/EXECUTION/`.
package final class ActionLogs: Sendable {
    private let folder: URL
    private let observer: (@Sendable (ActionLogLine) -> Void)?
    private let now: @Sendable () -> Date

    /// - Parameter observer: sees each line after it was written, masked; called from any thread, must be quick.
    package init(
        folder: URL, now: @escaping @Sendable () -> Date = { Date() },
        observer: (@Sendable (ActionLogLine) -> Void)? = nil
    ) {
        self.folder = folder
        self.observer = observer
        self.now = now
    }

    /// The file of an attempt's log; it may not exist.
    package func file(of action: ActionExecution, in pipeline: PipelineName) -> URL {
        file(of: LogSubject(action), in: pipeline)
    }

    /// The same for a rule: `STAGE.GATE.RULE.….log`.
    package func file(of rule: RuleExecution, in pipeline: PipelineName) -> URL {
        file(of: LogSubject(rule), in: pipeline)
    }

    /// The folder of all logs of an execution; it may not exist.
    func folder(of execution: ExecutionID, in pipeline: PipelineName) -> URL {
        folder.appending(path: Self.folderName(of: pipeline)).appending(path: execution.rawValue)
    }

    private func file(of subject: LogSubject, in pipeline: PipelineName) -> URL {
        folder(of: subject.execution, in: pipeline)
            .appending(path: "\(subject.stage).\(subject.name).\(subject.id.suffix(8)).log")
    }

    /// A pipeline may be called `..`; its folder may not.
    private static func folderName(of pipeline: PipelineName) -> String {
        pipeline.rawValue.hasPrefix(".") ? "_\(pipeline)" : pipeline.rawValue
    }

    /// An attempt's log. Its file is made by the first line; a job that runs again after a crash goes on in it.
    func log(of subject: LogSubject, in pipeline: PipelineName) -> ActionLogFile {
        ActionLogFile(file: file(of: subject, in: pipeline), subject: subject, now: now, observer: observer)
    }
}

/// Whose log it is: an action's attempt, or a rule's execution under the name `GATE.RULE`.
struct LogSubject: Sendable {
    let execution: ExecutionID
    let stage: StageName
    let name: ActionName
    let id: String

    init(_ action: ActionExecution) {
        execution = action.executionID
        stage = action.stage
        name = action.action
        id = action.id.rawValue
    }

    init(_ rule: RuleExecution) {
        execution = rule.executionID
        stage = rule.stage
        name = ActionName("\(rule.gate.rawValue).\(rule.rule)")
        id = rule.id.rawValue
    }
}

package struct ActionLogLine: Sendable {
    package let execution: ExecutionID
    package let stage: StageName
    /// A rule's lines stand under `GATE.RULE`.
    package let action: ActionName
    package let text: String
}

/// One attempt's log. Lines are written as they come, with the time in front.
final class ActionLogFile: ActionLog {
    private enum Sink {
        case unopened(URL)
        case open(FileHandle)
        case closed
    }

    private struct State {
        var sink: Sink
        var secrets: [String] = []

        /// The open file. One that can't be opened is tried again by the next line: a full disk, or too many open
        /// files, must not fail the build that logs; its own writes will say so.
        mutating func handle() -> FileHandle? {
            switch sink {
            case .open(let handle): return handle
            case .closed: return nil
            case .unopened(let file):
                try? FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                let descriptor = Foundation.open(file.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
                guard descriptor >= 0 else { return nil }
                let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
                sink = .open(handle)
                return handle
            }
        }
    }

    private let state: Mutex<State>
    private let subject: LogSubject
    private let now: @Sendable () -> Date
    private let observer: (@Sendable (ActionLogLine) -> Void)?

    init(
        file: URL, subject: LogSubject, now: @escaping @Sendable () -> Date,
        observer: (@Sendable (ActionLogLine) -> Void)?
    ) {
        self.state = Mutex(State(sink: .unopened(file)))
        self.subject = subject
        self.now = now
        self.observer = observer
    }

    /// A text of several lines becomes several lines.
    func line(_ text: String) {
        let lines = state.withLock { state in
            var masked = text
            for secret in state.secrets where masked.contains(secret) {
                masked = masked.replacingOccurrences(of: secret, with: ConfigurationValue.mask)
            }
            let lines = masked.trimmingCharacters(in: .newlines).split(
                separator: "\n", omittingEmptySubsequences: false)
            let stamp = now().formatted(.iso8601.time(includingFractionalSeconds: true))
            let bytes = Data(lines.map { "\(stamp) \($0)\n" }.joined().utf8)
            try? state.handle()?.write(contentsOf: bytes)
            return lines
        }
        guard let observer else { return }
        for line in lines {
            observer(
                ActionLogLine(
                    execution: subject.execution, stage: subject.stage, action: subject.name, text: String(line)))
        }
    }

    /// Longest first, so that a secret within another leaves no rest. Very short texts would blank out half a log.
    func mask(_ secret: String) {
        guard secret.count >= 4 else { return }
        state.withLock { state in
            guard !state.secrets.contains(secret) else { return }
            state.secrets.append(secret)
            state.secrets.sort { $0.count > $1.count }
        }
    }

    func close() {
        state.withLock { state in
            if case .open(let handle) = state.sink { try? handle.close() }
            state.sink = .closed
        }
    }
}
