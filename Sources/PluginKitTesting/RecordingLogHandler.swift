package import Logging
import Synchronization

/// Remembers what was logged: each line is the level, the message and the metadata, sorted by their names.
package final class RecordedLines: Sendable {
    private let lines = Mutex<[String]>([])

    package init() {}

    package var all: [String] { lines.withLock { $0 } }

    fileprivate func add(_ line: String) { lines.withLock { $0.append(line) } }

    /// A logger whose lines come here.
    package var logger: Logger { Logger(label: "penstock.test") { _ in RecordingLogHandler(lines: self) } }
}

private struct RecordingLogHandler: LogHandler {
    let lines: RecordedLines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let facts = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        lines.add("\(event.level): \(event.message)\(facts.map { " \($0.key)=\($0.value)" }.joined())")
    }
}
