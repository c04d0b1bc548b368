import Foundation

/// `penstock tail`: an execution's logs, each line under its action's name, through restarts of the gateway.
package struct TailCommand {
    struct Input: Encodable, Sendable {
        var pipeline: String
        var execution: String?
        var id: String?
        var offset: Int64?
    }

    let pipeline: String
    let follows: Bool
    /// Only the logs of this action, or of the rules of a gate or of a name.
    let action: String?
    let print: @Sendable (String) -> Void
    private var client: PatientClient
    private var readers: [String: LogReader] = [:]

    package init(
        pipeline: String, action: String?, follows: Bool, settings: ServerSettings,
        print: @escaping @Sendable (String) -> Void = { CommandOutput.logLine($0) }
    ) {
        self.pipeline = pipeline
        self.action = action
        self.follows = follows
        self.print = print
        self.client = PatientClient(settings)
    }

    /// - Returns: how the execution stands at the end.
    package mutating func run(execution: String?) async throws -> ExecutionStanding {
        do {
            let standing = try await follow(execution)
            await client.close()
            return standing
        } catch {
            await client.close()
            throw error
        }
    }

    private mutating func follow(_ execution: String?) async throws -> ExecutionStanding {
        var list = try await client.call(
            "ListLogs", Input(pipeline: pipeline, execution: execution), as: LogList.self)
        let id = list.standing.execution
        if let action, list.standing.isOver || !follows, !list.logs.contains(where: { $0.isOf(action) }) {
            throw CommandError(.invalidInput, Self.unknown(action, list))
        }
        while true {
            for log in list.logs where action.map(log.isOf) ?? true { try await read(log, of: id) }
            if !follows || list.standing.isOver { break }
            try await Task.sleep(for: .milliseconds(500))
            list = try await client.call("ListLogs", Input(pipeline: pipeline, execution: id), as: LogList.self)
        }
        for reader in readers.values { reader.rest().forEach(print) }
        return list.standing
    }

    private mutating func read(_ log: LogView, of execution: String) async throws {
        var reader = readers[log.id] ?? LogReader(prefix: "\(log.stage)/\(log.name) | ")
        while reader.offset < log.size {
            let part = try await client.call(
                "ReadLog",
                Input(pipeline: pipeline, execution: execution, id: log.id, offset: reader.offset), as: LogPart.self)
            guard part.nextOffset > reader.offset else { break }
            reader.take(part).forEach(print)
        }
        if log.isOver { reader.rest().forEach(print) }
        if log.isOver { reader.finish() }
        readers[log.id] = reader
    }

    private static func unknown(_ action: String, _ list: LogList) -> String {
        let known = list.logs.map(\.name)
        return "no action or rule '\(action)' has started in execution \(list.standing.number); "
            + (known.isEmpty ? "none has" : "there are: " + known.joined(separator: ", "))
    }
}

/// Makes whole lines of a log's parts.
struct LogReader {
    let prefix: String
    private(set) var offset: Int64 = 0
    private var begun = ""

    init(prefix: String) { self.prefix = prefix }

    mutating func take(_ part: LogPart) -> [String] {
        offset = part.nextOffset
        var lines = (begun + part.text).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        begun = lines.removeLast()
        return lines.map { prefix + $0 }
    }

    /// A last line without an end.
    func rest() -> [String] { begun.isEmpty ? [] : [prefix + begun] }

    mutating func finish() { begun = "" }
}

extension LogView {
    /// A rule goes by its own name too.
    func isOf(_ action: String) -> Bool { name == action || name.hasSuffix(".\(action)") && name.isRule }
}

extension String {
    fileprivate var isRule: Bool { ["BEFORE_ENTRY.", "ON_SUCCESS.", "ON_FAILURE."].contains { hasPrefix($0) } }
}
