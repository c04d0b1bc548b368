import AWSWire
import CodePipelineAPI
import Foundation
import PipelineEngine
import PipelineModel
import ServiceLifecycle

/// `WaitExecution`'s answer: how an execution stands, or how it ended.
package struct ExecutionStanding: Codable, Sendable {
    package var pipeline: String
    package var execution: String
    package var number: Int
    package var status: String
    package var summary: String?
    package var isOver: Bool

    init(_ execution: PipelineExecution) {
        pipeline = execution.pipeline.rawValue
        self.execution = execution.id.rawValue
        number = execution.number
        status = execution.status.rawValue
        summary = execution.statusSummary
        isOver = execution.status.isTerminal
    }
}

extension PenstockOperations {
    /// The longest that an answer is held back.
    static let longestWait: Int64 = 25

    /// Answers when the execution has ended, or after `seconds`, or at once when the gateway shuts down. The caller
    /// asks again.
    ///
    /// The ledger has no hint for ends, so it is asked five times a second: a read of one row by its key.
    func waitExecution(_ input: JSONValue) async throws -> ExecutionStanding {
        let seconds = try Self.number("seconds", in: input) ?? Self.longestWait
        guard (0...Self.longestWait).contains(seconds) else {
            throw APIError("ValidationException", "seconds must be between 0 and \(Self.longestWait)")
        }
        var execution = try await execution(input, of: try await state(input).declaration.name)
        let end = ContinuousClock.now + .seconds(seconds)
        while !execution.status.isTerminal, ContinuousClock.now < end, !Task.isShuttingDownGracefully {
            try await Task.sleep(for: min(.milliseconds(200), end - ContinuousClock.now))
            guard let current = try await gateway.ledger.execution(execution.id) else { break }
            execution = current
        }
        return ExecutionStanding(execution)
    }
}
