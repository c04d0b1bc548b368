import AWSWire
import CodePipelineAPI
import PipelineEngine
import PipelineModel

/// What the operations about executions are asked about.
extension PenstockOperations {
    /// - Throws: ``WireError`` when the member is there and no text.
    static func text(_ name: String, in input: JSONValue) throws -> String? {
        switch input[name] {
        case nil, .null: return nil
        case .string(let text): return text
        default: throw WireError.serialization("\(name) must be a text")
        }
    }

    /// - Throws: `ValidationException` without the member, `ResourceNotFoundException` when there is none of that name.
    func state(_ input: JSONValue) async throws -> PipelineState {
        guard let name = try Self.text("pipeline", in: input), !name.isEmpty else {
            throw APIError("ValidationException", "pipeline must be the name of a pipeline")
        }
        guard let state = try await gateway.ledger.state(of: PipelineName(name)) else {
            throw APIError("ResourceNotFoundException", "There is no pipeline '\(name)'")
        }
        return state
    }

    /// The execution whose id, or number in the pipeline, is given; without one the newest.
    func execution(_ input: JSONValue, of pipeline: PipelineName) async throws -> PipelineExecution {
        guard let wanted = try Self.text("execution", in: input), !wanted.isEmpty else {
            guard let newest = try await gateway.ledger.executions(of: pipeline, before: nil, limit: 1).first else {
                throw APIError("ResourceNotFoundException", "Pipeline '\(pipeline)' has not run yet")
            }
            return newest
        }
        let found: PipelineExecution?
        if let number = Int(wanted), number > 0, number < .max {
            found = try await gateway.ledger.executions(of: pipeline, before: number + 1, limit: 1)
                .first { $0.number == number }
        } else {
            found = try await gateway.ledger.execution(ExecutionID(wanted))
        }
        guard let found, found.pipeline == pipeline else {
            throw APIError("ResourceNotFoundException", "Pipeline '\(pipeline)' has no execution '\(wanted)'")
        }
        return found
    }
}
