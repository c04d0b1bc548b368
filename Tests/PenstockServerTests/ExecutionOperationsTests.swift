import Foundation
import PipelineEngine
import PipelineModel
import Testing

@testable import PenstockServer

/// `ExplainExecution`, `ExplainPipeline`, `WaitExecution`, `ListLogs` and `ReadLog` over a real ledger.
@Suite struct ExecutionOperationsTests {
    static let decoder: JSONDecoder = {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .secondsSince1970
        return decoder
    }()

    /// A pipeline whose first execution waits for an approval; nothing of it needs the workshop.
    @discardableResult
    static func declare(_ name: PipelineName = "shop", on ledger: any Ledger) async throws -> PipelineExecution {
        var declaration = StoryWorld.pipeline(StoryWorld.stage("Gate", "Approve"))
        declaration.name = name
        _ = try await ledger.perform(
            .create(
                declaration, trigger: ExecutionTrigger(type: .createPipeline, detail: StoryWorld.caller), tags: [:]),
            on: name)
        return try #require(try await ledger.executions(of: name, before: nil, limit: 1).first)
    }

    static func answer(
        _ status: ApprovalAnswer.Status, _ execution: ExecutionID, on ledger: any Ledger
    ) async throws {
        let current = try #require(try await ledger.execution(execution))
        let token = try #require(current.stages.first?.actions.first?.approvalToken)
        _ = try await ledger.perform(
            .answerApproval(
                ApprovalAnswer(
                    stage: "Gate", action: "Approve", token: token, status: status, summary: "seen",
                    by: StoryWorld.caller)), on: current.pipeline)
    }

    /// Where the log of the execution's only action lies; its folder is there.
    static func log(of execution: PipelineExecution, in settings: ServerSettings) throws -> URL {
        let action = try #require(execution.stages.first?.actions.first)
        let folder = settings.dataFolder.appending(path: "logs/\(execution.pipeline)/\(execution.id)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder.appending(path: "\(action.stage).\(action.action).\(action.id.rawValue.suffix(8)).log")
    }

    private func ask<Answer: Decodable>(
        _ bench: ServerBench, _ operation: String, _ body: String, as type: Answer.Type
    ) async throws -> Answer {
        let answer = try await bench.penstock(operation, body)
        try #require(answer.status == 200, "\(answer.text)")
        return try Self.decoder.decode(type, from: answer.body)
    }

    @Test func `an execution is explained from the ledger's facts`() async throws {
        try await ServerBench.with { bench in
            let execution = try await Self.declare(on: bench.gateway.ledger)
            let live = try await ask(
                bench, "ExplainExecution", "{\"execution\":\"\(execution.id)\"}", as: ExecutionExplanation.self)
            #expect(live.number == 1 && live.status == "InProgress" && live.pipeline == "shop")
            #expect(live.lines.last?.text.contains("for an approval") == true)
            try await Self.answer(.rejected, execution.id, on: bench.gateway.ledger)
            let ended = try await ask(
                bench, "ExplainExecution", "{\"execution\":\"\(execution.id)\"}", as: ExecutionExplanation.self)
            let text = ended.lines.map(\.text).joined(separator: "\n")
            #expect(text.contains("Rejected by user/ines at Gate/Approve: \"seen\""), "\(text)")
            #expect(text.contains("ends as Failed"))
            #expect(ended.lines.map(\.at) == ended.lines.map(\.at).sorted())
        }
    }

    @Test func `what waits names its holder, and an automatic rollback its target`() async throws {
        try await ServerBench.with { bench in
            let ledger = bench.gateway.ledger
            var prod = StoryWorld.stage("Gate", "Approve")
            prod.onFailure = FailureDeclaration(result: .rollback)
            let declaration = StoryWorld.pipeline(StoryWorld.stage("Source", "Source"), prod)
            _ = try await ledger.perform(
                .create(declaration, trigger: ExecutionTrigger(type: .createPipeline), tags: [:]), on: "shop")
            func newest() async throws -> PipelineExecution {
                try #require(try await ledger.executions(of: "shop", before: nil, limit: 1).first)
            }
            func pass(_ execution: PipelineExecution, _ status: ApprovalAnswer.Status) async throws {
                let source = try #require(
                    try await ledger.execution(execution.id)?.stages.last?.actions.first)
                _ = try await ledger.perform(.actionSucceeded(ActionReference(source), ActionResult()), on: "shop")
                let gate = try #require(try await ledger.execution(execution.id)?.stages.last?.actions.first)
                _ = try await ledger.perform(
                    .answerApproval(
                        ApprovalAnswer(
                            stage: "Gate", action: "Approve", token: try #require(gate.approvalToken), status: status,
                            summary: "", by: StoryWorld.caller)), on: "shop")
            }
            let first = try await newest()
            let start = PipelineCommand.start(
                StartRequest(trigger: ExecutionTrigger(type: .startPipelineExecution, detail: StoryWorld.caller)))
            _ = try await ledger.perform(start, on: "shop")
            let second = try await newest()
            func story(_ id: ExecutionID) async throws -> String {
                try await ask(bench, "ExplainExecution", "{\"execution\":\"\(id)\"}", as: ExecutionExplanation.self)
                    .lines.map(\.text).joined(separator: "\n")
            }
            let waits = try await story(second.id)
            #expect(waits.contains("waits in front of stage Source: execution 1 (\(first.id)) holds it"), "\(waits)")
            try await pass(first, .approved)
            try await pass(second, .rejected)
            let third = try await newest()
            let told = try await story(second.id)
            #expect(
                told.contains("result ROLLBACK: execution 3 (\(third.id)) goes back to execution 1 (\(first.id))"),
                "\(told)")
            let explained = try await ask(
                bench, "ExplainPipeline", #"{"pipeline":"shop"}"#, as: PipelineExplanation.self)
            #expect(explained.stages.last?.occupant?.number == 3)
        }
    }

    @Test func `a wait answers when the execution ends, not before, and at once when it has`() async throws {
        try await ServerBench.with { bench in
            let execution = try await Self.declare(on: bench.gateway.ledger)
            let early = try await ask(
                bench, "WaitExecution", #"{"pipeline":"shop","seconds":0}"#, as: ExecutionStanding.self)
            #expect(!early.isOver && early.status == "InProgress" && early.execution == execution.id.rawValue)
            async let late = ask(
                bench, "WaitExecution", #"{"pipeline":"shop","execution":"1"}"#, as: ExecutionStanding.self)
            try await Self.answer(.approved, execution.id, on: bench.gateway.ledger)
            let standing = try await late
            #expect(standing.isOver && standing.status == "Succeeded" && standing.hasSucceeded)
            let again = try await ask(
                bench, "WaitExecution", #"{"pipeline":"shop"}"#, as: ExecutionStanding.self)
            #expect(again.isOver)
        }
    }

    @Test func `a log is read part by part, without torn characters`() async throws {
        try await ServerBench.with { bench in
            let execution = try await Self.declare(on: bench.gateway.ledger)
            let action = try #require(execution.stages.first?.actions.first)
            let file = try Self.log(of: execution, in: bench.gateway.settings)
            let empty = try await ask(
                bench, "ReadLog", "{\"pipeline\":\"shop\",\"id\":\"\(action.id)\"}", as: LogPart.self)
            #expect(empty.text.isEmpty && empty.nextOffset == 0 && !empty.isOver)
            let text = "12:00 grün ✔\n12:01 🚢 ahoy\n"
            try Data(text.utf8).write(to: file)
            let list = try await ask(bench, "ListLogs", #"{"pipeline":"shop"}"#, as: LogList.self)
            #expect(list.logs.map(\.name) == ["Approve"] && list.logs[0].size == Int64(text.utf8.count))
            #expect(list.standing.number == 1)
            for limit in 4...9 {
                var read = ""
                var offset: Int64 = 0
                while offset < Int64(text.utf8.count) {
                    let part = try await ask(
                        bench, "ReadLog",
                        "{\"pipeline\":\"shop\",\"id\":\"\(action.id)\",\"offset\":\(offset),\"limit\":\(limit)}",
                        as: LogPart.self)
                    try #require(part.nextOffset > offset)
                    (read, offset) = (read + part.text, part.nextOffset)
                }
                #expect(read == text, "limit \(limit)")
            }
            try await Self.answer(.approved, execution.id, on: bench.gateway.ledger)
            let last = try await ask(
                bench, "ReadLog", "{\"pipeline\":\"shop\",\"id\":\"\(action.id)\",\"offset\":12}", as: LogPart.self)
            #expect(last.isOver)
        }
    }

    /// Operation, body, exception.
    @Test(arguments: [
        ("ExplainExecution", "{}", "ValidationException"),
        ("ExplainExecution", #"{"execution":5}"#, "SerializationException"),
        ("ExplainExecution", #"{"execution":"none"}"#, "ResourceNotFoundException"),
        ("ExplainPipeline", "{}", "ValidationException"),
        ("ExplainPipeline", #"{"pipeline":"none"}"#, "ResourceNotFoundException"),
        ("WaitExecution", #"{"pipeline":"none"}"#, "ResourceNotFoundException"),
        ("WaitExecution", #"{"pipeline":"shop","execution":"7"}"#, "ResourceNotFoundException"),
        ("WaitExecution", #"{"pipeline":"shop","execution":"9223372036854775807"}"#, "ResourceNotFoundException"),
        ("WaitExecution", #"{"pipeline":"shop","execution":"-1"}"#, "ResourceNotFoundException"),
        ("WaitExecution", #"{"pipeline":"shop","seconds":26}"#, "ValidationException"),
        ("WaitExecution", #"{"pipeline":"shop","seconds":-1}"#, "ValidationException"),
        ("ListLogs", #"{"pipeline":"shop","execution":"none"}"#, "ResourceNotFoundException"),
        ("ReadLog", #"{"pipeline":"shop"}"#, "ResourceNotFoundException"),
        ("ReadLog", #"{"pipeline":"shop","id":"../../credentials"}"#, "ResourceNotFoundException"),
        ("ReadLog", #"{"pipeline":"shop","id":"x","offset":-1}"#, "ValidationException"),
        ("ReadLog", #"{"pipeline":"shop","id":"x","limit":0}"#, "ValidationException"),
        ("ReadLog", #"{"pipeline":"shop","id":"x","limit":1048577}"#, "ValidationException"),
    ])
    func `a wrong input is named`(operation: String, body: String, exception: String) async throws {
        try await ServerBench.with { bench in
            try await Self.declare(on: bench.gateway.ledger)
            let answer = try await bench.penstock(operation, body)
            #expect(answer.status == 400 && answer.exception == exception, "\(answer.text)")
        }
    }

    @Test func `another pipeline's execution is not found under this one's name`() async throws {
        try await ServerBench.with { bench in
            try await Self.declare(on: bench.gateway.ledger)
            let other = try await Self.declare("blog", on: bench.gateway.ledger)
            let answer = try await bench.penstock(
                "ListLogs", "{\"pipeline\":\"shop\",\"execution\":\"\(other.id)\"}")
            #expect(answer.exception == "ResourceNotFoundException")
        }
    }
}
