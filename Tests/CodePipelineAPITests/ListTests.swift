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

    /// Of the execution that is in the source stage.
    private func finishSource() async throws {
        try await room.report("Fetch", of: "p") {
            .actionSucceeded(
                $0, ActionResult(outputs: [StoredArtifact(name: "App", bucket: "artifacts", key: "p/App/1")]))
        }
    }

    @Test func `what succeeded in a stage is listed page by page`() async throws {
        try await create("p")
        for _ in 0..<2 { _ = try await start("p") }
        try await finishSource()
        try await finishSource()
        let input = #"{"pipelineName": "p", "maxResults": 1, "filter": {"succeededInStage": {"stageName": "Source"}}}"#
        let pages = try await pages(
            "ListPipelineExecutions", input, list: "pipelineExecutionSummaries", key: "pipelineExecutionId")
        #expect(pages.map(\.count) == [1, 1])
        #expect(Set(pages.flatMap(\.self)).count == 2)
    }

    @Test func `tags come by key, page by page`() async throws {
        try await room.create(
            Pipelines.small("p"),
            tags: #"[{"key": "c", "value": "1"}, {"key": "a", "value": ""}, {"key": "b", "value": "2"}]"#)
        let arn = "arn:aws:codepipeline:us-east-1:000000000000:p"
        let pages = try await pages(
            "ListTagsForResource", #"{"resourceArn": "\#(arn)", "maxResults": 2}"#, list: "tags", key: "key")
        #expect(pages == [["a", "b"], ["c"]])
    }

    @Test func `action types come by owner, page by page, those of a region where they can run`() async throws {
        var settings = APISettings()
        settings.actionTypesPerPage = 7
        let room = Room(settings: settings)
        var seen: [String] = []
        var input = try document(#"{"actionOwnerFilter": "AWS", "regionFilter": "eu-west-1"}"#)
        while true {
            let answer = try await room.call("ListActionTypes", input)
            seen += (answer["actionTypes"]?.items ?? []).map { type in
                "\(type.at("id.category")?.text ?? "")/\(type.at("id.provider")?.text ?? "")"
            }
            guard let token = answer["nextToken"] else { break }
            input = input.setting("nextToken", to: token)
        }
        #expect(seen == seen.sorted() && Set(seen).count == seen.count)
        #expect(seen.contains("Approval/Manual") && seen.contains("Deploy/S3"))
        #expect(!seen.contains { $0.hasPrefix("Source/") || $0.hasSuffix("Jenkins") })
        let home = try await Room().call("ListActionTypes", #"{"actionOwnerFilter": "ThirdParty"}"#)
        let github = try #require(home.at("actionTypes.0"))
        #expect(home["actionTypes"]?.items.count == 1)
        let token = github["actionConfigurationProperties"]?.items.first { $0["name"] == .string("OAuthToken") }
        #expect(token?["secret"] == .bool(true) && token?["required"] == .bool(true))
        #expect(github["outputArtifactDetails"] == (try document(#"{"minimumCount": 1, "maximumCount": 1}"#)))
        let other = try await room.refusal("ListActionTypes", input.setting("actionOwnerFilter", to: .string("Custom")))
        #expect(other.code == "InvalidNextTokenException")
    }

    @Test func `rule types are those of the modules`() async throws {
        let answer = try await room.call("ListRuleTypes", #"{"ruleOwnerFilter": "AWS"}"#)
        let types = answer["ruleTypes"]?.items ?? []
        #expect(
            types.compactMap { $0.at("id.provider")?.text } == [
                "Commands", "DeploymentWindow", "Probe", "VariableCheck",
            ])
        #expect(types[1].at("ruleConfigurationProperties.0.required") == .bool(true))
        #expect(types[2].at("ruleConfigurationProperties.0.secret") == .bool(true))
        #expect(types[0].at("inputArtifactDetails.maximumCount") == .integer(2))
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
