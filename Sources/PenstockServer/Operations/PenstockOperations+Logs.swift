import ActionRunner
import AWSWire
import CodePipelineAPI
package import Foundation
import PipelineEngine
import PipelineModel

/// `ListLogs`' answer: the logs that an execution has, in the order in which their attempts started.
package struct LogList: Codable, Sendable {
    package var standing: ExecutionStanding
    package var logs: [LogView]
}

package struct LogView: Codable, Sendable {
    /// The attempt's id: of an action, or of a rule.
    package var id: String
    package var stage: String
    /// The action's name; of a rule `GATE.RULE`.
    package var name: String
    package var status: String
    package var isOver: Bool
    /// Bytes that the log has now.
    package var size: Int64
    package var startTime: Date
}

/// `ReadLog`'s answer. The next part begins at `nextOffset`.
package struct LogPart: Codable, Sendable {
    package var text: String
    package var nextOffset: Int64
    /// The attempt had ended before this was read, and there is no more.
    package var isOver: Bool
}

/// Secrets are masked when logs are written, so what stands in them may be shown.
extension PenstockOperations {
    func logs(_ input: JSONValue) async throws -> LogList {
        let execution = try await execution(input, of: try await state(input).declaration.name)
        let attempts = try await attempts(of: execution)
        return LogList(standing: ExecutionStanding(execution), logs: attempts.map { LogView($0, size: $0.size) })
    }

    /// - `execution` and `id` name the log, `offset` is a byte's, `limit` the most bytes that are read.
    func readLog(_ input: JSONValue) async throws -> LogPart {
        let offset = try Self.number("offset", in: input) ?? 0
        let limit = try Self.number("limit", in: input) ?? 65_536
        guard offset >= 0, (1...1_048_576).contains(limit) else {
            throw APIError("ValidationException", "offset must be 0 or more, and limit between 1 and 1048576 bytes")
        }
        let execution = try await execution(input, of: try await state(input).declaration.name)
        let id = try Self.text("id", in: input) ?? ""
        guard let attempt = try await attempts(of: execution).first(where: { $0.id == id }) else {
            throw APIError("ResourceNotFoundException", "Execution '\(execution.id)' has no attempt '\(id)'")
        }
        return try attempt.part(from: offset, limit: Int(limit))
    }

    /// Oldest first.
    private func attempts(of execution: PipelineExecution) async throws -> [LoggedAttempt] {
        let logs = gateway.logs
        let actions = try await pages { cursor in
            try await gateway.ledger.actionExecutions(
                of: execution.pipeline, execution: execution.id, before: cursor, limit: Self.page
            ).map { ($0.sequence, LoggedAttempt($0.action, file: logs.file(of: $0.action, in: execution.pipeline))) }
        }
        let rules = try await pages { cursor in
            try await gateway.ledger.ruleExecutions(
                of: execution.pipeline, execution: execution.id, before: cursor, limit: Self.page
            ).map { ($0.sequence, LoggedAttempt($0.rule, file: logs.file(of: $0.rule, in: execution.pipeline))) }
        }
        return (actions.reversed() + rules.reversed()).sorted { $0.startTime < $1.startTime }
    }

    private static let page = 500

    private func pages(
        _ read: (Int64?) async throws -> [(Int64, LoggedAttempt)]
    ) async throws -> [LoggedAttempt] {
        var all: [LoggedAttempt] = []
        var cursor: Int64?
        while true {
            let page = try await read(cursor)
            all += page.map(\.1)
            guard page.count == Self.page, let last = page.last else { return all }
            cursor = last.0
        }
    }
}

/// An attempt and its log's file, which is made by the first line.
private struct LoggedAttempt {
    let id: String
    let stage: StageName
    let name: String
    let status: String
    let isOver: Bool
    let startTime: Double
    let file: URL

    init(_ action: ActionExecution, file: URL) {
        id = action.id.rawValue
        stage = action.stage
        name = action.action.rawValue
        status = action.status.rawValue
        isOver = action.status != .inProgress
        startTime = action.startTime
        self.file = file
    }

    init(_ rule: RuleExecution, file: URL) {
        id = rule.id.rawValue
        stage = rule.stage
        name = "\(rule.gate.rawValue).\(rule.rule)"
        status = rule.status.rawValue
        isOver = rule.status != .inProgress
        startTime = rule.startTime
        self.file = file
    }

    var size: Int64 {
        let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
        return (attributes?[.size] as? NSNumber)?.int64Value ?? 0
    }

    /// - Throws: ``APIError`` when the file is there and can't be read.
    func part(from offset: Int64, limit: Int) throws -> LogPart {
        guard FileManager.default.fileExists(atPath: file.path) else {
            return LogPart(text: "", nextOffset: offset, isOver: isOver)
        }
        do {
            let handle = try FileHandle(forReadingFrom: file)
            defer { try? handle.close() }
            try handle.seek(toOffset: UInt64(offset))
            let bytes = try handle.read(upToCount: limit) ?? Data()
            let taken = bytes.count < limit ? bytes.count : Self.wholeCharacters(in: bytes)
            return LogPart(
                text: String(decoding: bytes.prefix(taken), as: UTF8.self), nextOffset: offset + Int64(taken),
                isOver: isOver && bytes.count < limit)
        } catch {
            throw APIError("InternalFailure", "The log could not be read.", httpStatus: 500, cause: "\(error)")
        }
    }

    /// Where a part may end without tearing a character of UTF-8. What is no UTF-8 may be torn.
    private static func wholeCharacters(in bytes: Data) -> Int {
        let tail = bytes.suffix(4)
        guard let lead = tail.lastIndex(where: { $0 & 0xC0 != 0x80 }) else { return bytes.count }
        let length =
            switch tail[lead] {
            case 0xF0...: 4
            case 0xE0...: 3
            case 0xC0...: 2
            default: 1
            }
        let complete = bytes.endIndex - lead >= length
        let end = complete ? bytes.endIndex : lead
        // A limit smaller than one character must not stand still.
        return end > bytes.startIndex ? end - bytes.startIndex : bytes.count
    }
}

extension LogView {
    fileprivate init(_ attempt: LoggedAttempt, size: Int64) {
        id = attempt.id
        stage = attempt.stage.rawValue
        name = attempt.name
        status = attempt.status
        isOver = attempt.isOver
        self.size = size
        startTime = Date(timeIntervalSince1970: attempt.startTime)
    }
}
