import Foundation
package import Logging
import PluginKit

/// What commands print: data to standard output, remarks to standard error.
package enum CommandOutput {
    /// One line to standard output, at once. What could drive a terminal or break the line is shown escaped.
    package static func line(_ text: String) { exact(TerminalText.printable(text)) }

    /// Several lines, e.g. a delivery's body.
    package static func text(_ text: String) { exact(TerminalText.printable(text, keeping: ["\n", "\t"])) }

    /// A line of an action's log, with its colours.
    static func logLine(_ text: String) { exact(TerminalText.logLine(text)) }

    /// For machines: to the byte as it is.
    package static func exact(_ text: String) { write(text + "\n", to: .standardOutput) }

    /// A remark to standard error; usage takes several lines.
    package static func remark(_ text: String) {
        write(TerminalText.printable(text, keeping: ["\n", "\t"]) + "\n", to: .standardError)
    }

    static func write(_ text: String, to handle: FileHandle) {
        // Whoever reads may have gone away (`| head`): then there is nobody left to tell.
        try? handle.write(contentsOf: Data(text.utf8))
    }

    /// A value as indented JSON with sorted keys and ISO dates.
    package static func json(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        exact(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// A value as one line of JSON, for what is printed as it comes.
    package static func jsonLine(_ value: some Encodable) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Our own views always have a JSON form.
        guard let data = try? encoder.encode(value) else { return }
        exact(String(decoding: data, as: UTF8.self))
    }

    /// Columns as wide as their widest cell.
    package static func table(_ rows: [[String]], header: [String]) {
        tableLines(rows, header: header).forEach(exact)
    }

    static func tableLines(_ rows: [[String]], header: [String]) -> [String] {
        let all = [header] + rows.map { $0.map { TerminalText.printable($0) } }
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            return cells.joined(separator: "  ").trimmingCharacters(in: .whitespaces)
        }
    }
}

/// The structured log on standard error.
package enum CommandLogger {
    /// - Throws: ``SettingsError`` for an unknown level.
    package static func make(level: String) throws -> Logger {
        guard let level = Logger.Level(rawValue: level) else {
            let known = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw SettingsError(place: "log_level", message: "must be one of \(known), not '\(level)'")
        }
        var logger = Logger(label: "penstock") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = level
        return logger
    }
}
