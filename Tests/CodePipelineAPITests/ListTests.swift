import CodePipelineAPI
import PipelineEngine
import PipelineModel
import Testing

@Suite("Lists and their pages")
struct ListTests {
    private let room = Room()

    private func create(_ name: String) async throws {
        try await room.call("CreatePipeline", .structure(["pipeline": try Pipelines.small(name)]))
    }

    private func start(_ name: String) async throws -> String {
        let answer = try await room.call("StartPipelineExecution", #"{"name": "\#(name)"}"#)
        return try #require(answer["pipelineExecutionId"]?.text)
    }

    /// Every entry's `key`, page by page.
    private func pages(_ operation: String, _ input: String, list: String, key: String) async throws -> [[String]] {
        var pages: [[String]] = []
        var input = try document(input)
        while true {
            let answer = try await room.call(operation, input)
            pages.append((answer[list]?.items ?? []).compactMap { $0[key]?.text })
            guard let token = answer["nextToken"] else { return pages }
            input = input.setting("nextToken", to: token)
        }
    }

    @Test func `pipelines come by name, page by page`() async throws {
        for name in ["c", "a", "b", "d", "e"] { try await create(name) }
        let pages = try await pages("ListPipelines", #"{"maxResults": 2}"#, list: "pipelines", key: "name")
        #expect(pages == [["a", "b"], ["c", "d"], ["e"]])
        let exact = try await self.pages("ListPipelines", #"{"maxResults": 5}"#, list: "pipelines", key: "name")
        #expect(exact.count == 1)
    }

    @Test func `executions come newest first, page by page`() async throws {
        try await create("p")
        var started: [String] = []
        for _ in 0..<4 { started.append(try await start("p")) }
        let pages = try await pages(
            "ListPipelineExecutions", #"{"pipelineName": "p", "maxResults": 3}"#,
            list: "pipelineExecutionSummaries", key: "pipelineExecutionId")
        #expect(pages.map(\.count) == [3, 2])
        #expect(pages.flatMap(\.self).prefix(4) == started.reversed()[...])
    }

    @Test func `an execution in the source stage isn't listed as succeeded there`() async throws {
        try await create("p")
        let input = #"{"pipelineName": "p", "filter": {"succeededInStage": {"stageName": "Source"}}}"#
        let before = try await room.call("ListPipelineExecutions", input)
        #expect(before["pipelineExecutionSummaries"] == .list([]))
        try await finishSource()
        let after = try await room.call("ListPipelineExecutions", input)
        #expect(after["pipelineExecutionSummaries"]?.items.count == 1)
        try await room.call("UpdatePipeline", .structure(["pipeline": try Pipelines.small("p")]))
        let updated = try await room.call("ListPipelineExecutions", input)
        #expect(updated["pipelineExecutionSummaries"] == .list([]))
    }

    private func finishSource() async throws {
        try await room.report("Fetch", of: "p") {
            .actionSucceeded(
                $0, ActionResult(outputs: [StoredArtifact(name: "App", bucket: "artifacts", key: "p/App/1")]))
        }
    }

    @Test func `a filter that matches little is served in bounded steps`() async throws {
        try await create("p")
        for _ in 0..<2001 { _ = try await start("p") }
        let input = #"{"pipelineName": "p", "filter": {"succeededInStage": {"stageName": "Deploy"}}}"#
        let pages = try await pages(
            "ListPipelineExecutions", input, list: "pipelineExecutionSummaries", key: "pipelineExecutionId")
        #expect(pages == [[], []])
    }

    @Test func `action executions are paged and filtered by execution`() async throws {
        try await create("p")
        try await finishSource()
        let second = try await start("p")
        let all = try await pages(
            "ListActionExecutions", #"{"pipelineName": "p", "maxResults": 1}"#, list: "actionExecutionDetails",
            key: "actionName")
        #expect(all == [["Fetch"], ["Compile"], ["Fetch"]])
        let one = try await pages(
            "ListActionExecutions", #"{"pipelineName": "p", "filter": {"pipelineExecutionId": "\#(second)"}}"#,
            list: "actionExecutionDetails", key: "pipelineExecutionId")
        #expect(one == [[second]])
    }

    @Test func `the latest runs of an execution are those since its last retry`() async throws {
        try await create("p")
        let state = try await room.call("GetPipelineState", #"{"name": "p"}"#)
        let id = try #require(state.at("stageStates.0.latestExecution.pipelineExecutionId")?.text)
        func names(_ range: String) async throws -> [[String]] {
            let filter =
                #"{"latestInPipelineExecution": {"pipelineExecutionId": "\#(id)", "startTimeRange": "\#(range)"}}"#
            return try await pages(
                "ListActionExecutions", #"{"pipelineName": "p", "maxResults": 2, "filter": \#(filter)}"#,
                list: "actionExecutionDetails", key: "actionName")
        }
        try await finishSource()
        #expect(try await names("Latest") == [["Compile", "Fetch"]])
        try await room.report("Compile", of: "p") { .actionFailed($0, FailureDetails(.jobFailed, "no")) }
        try await room.call(
            "RetryStageExecution",
            #"{"pipelineName": "p", "stageName": "Build", "pipelineExecutionId": "\#(id)", "retryMode": "ALL_ACTIONS"}"#
        )
        #expect(try await names("Latest") == [["Compile"]])
        #expect(try await names("All") == [["Compile", "Compile"], ["Fetch"]])
    }

    @Test func `a token is good for its own operation and pipeline`() async throws {
        for name in ["a", "b"] {
            try await create(name)
            _ = try await start(name)
        }
        let page = try await room.call("ListPipelineExecutions", #"{"pipelineName": "a", "maxResults": 1}"#)
        let token = try #require(page["nextToken"]?.text)
        for (operation, input) in [
            ("ListPipelineExecutions", #"{"pipelineName": "b", "nextToken": "\#(token)"}"#),
            ("ListActionExecutions", #"{"pipelineName": "a", "nextToken": "\#(token)"}"#),
            ("ListPipelines", #"{"nextToken": "\#(token)"}"#),
            ("ListPipelines", #"{"nextToken": "gibberish"}"#),
        ] {
            #expect(try await room.refusal(operation, input).code == "InvalidNextTokenException")
        }
    }
}
