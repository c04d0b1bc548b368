import Foundation
import Testing

/// A signed push becomes a deployed artifact: GitHub payload → `git http-backend` → buildspec → `weed server -s3`.
@Suite(.serialized) struct CorridorTests {
    @Test func `a signed push runs to deployed objects that equal the build's output`() async throws {
        let corridor = try await Corridor.open(.weed)
        let environment = try await corridor.gateway.environment()
        let aws = AWS(environment: environment)
        let weed = try #require(corridor.weed)
        let file = try corridor.gateway.scratch.write(
            try (["pipeline": corridor.website().json] as JSON).text, to: "pipeline.json")
        try await aws.codepipeline("create-pipeline", "--cli-input-json", "file://\(file.path)")
        let sdk = SDK(environment)
        // Creating a pipeline starts it, as AWS does.
        #expect(try await sdk.endOfNewest(of: "website", count: 1)["status"] == "Succeeded")
        let hook = try await corridor.hook()
        var runs = 1
        for recorded in try Self.payloads() {
            runs += 1
            let commit = try await corridor.git.commit(["pages/news.txt": "News \(runs)\n"], message: "News \(runs)")
            let answer = try await Payload(recorded: recorded, commit: commit).post(to: hook)
            #expect(answer.status == 202)
            #expect(answer.text.contains(#""verdict":"started""#))
            #expect(try await sdk.endOfNewest(of: "website", count: runs)["status"] == "Succeeded")
            #expect(try await weed.objects(in: corridor.site) == Self.site(of: commit, news: runs))
            try await Self.checkAnswers(aws, commit: commit, weed: weed)
        }
        #expect(try await corridor.gateway.terminate() == 0)
    }

    /// A push of our own, and one of GitHub's examples where the corpus is.
    private static func payloads() throws -> [Data] {
        var payloads = [
            try Fixture.data("GitHub/webhooks/push.json"), try Fixture.data("GitHub/webhooks/push-forced.json"),
        ]
        guard let corpus = ProcessInfo.processInfo.environment["PENSTOCK_CORPUS"] else { return payloads }
        let examples = "\(corpus)/webhooks/github/octokit+webhooks"
        let name = "payload-examples_api.github.com_push_with-organization.payload.json"
        payloads[1] = try Data(contentsOf: URL(fileURLWithPath: "\(examples)/\(name)"))
        return payloads
    }

    /// What the quickstart's buildspec makes, written down here once more.
    private static func site(of commit: String, news: Int) throws -> [String: Data] {
        var pages = ["news": "News \(news)\n"]
        for page in ["index", "about"] { pages[page] = try Fixture.text("Quickstart/source/pages/\(page).txt") }
        return pages.reduce(into: [:]) { site, page in
            let lines = page.value.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            let paragraphs = lines.map { "<p>\($0)</p>\n" }.joined()
            let text = "<!doctype html><title>\(page.key)</title>\n\(paragraphs)<footer>built from \(commit)</footer>\n"
            site["\(page.key).html"] = Data(text.utf8)
        }
    }

    private static func checkAnswers(_ aws: AWS, commit: String, weed: WeedServer) async throws {
        let state = try await aws.codepipeline("get-pipeline-state", "--name", "website")
        let source = state["stageStates"][0]["actionStates"][0]
        #expect(source["currentRevision"]["revisionId"].string == commit)
        #expect(source["latestExecution"]["status"] == "Succeeded")
        #expect(isRecent(source["latestExecution"]["lastStatusChange"]))
        let summary = try await aws.codepipeline("list-pipeline-executions", "--pipeline-name", "website")[
            "pipelineExecutionSummaries"][0]
        #expect(summary["sourceRevisions"][0]["revisionId"].string == commit)
        #expect(summary["trigger"]["triggerType"] == "Webhook")
        #expect(isRecent(summary["startTime"]) && isRecent(summary["lastUpdateTime"]))
        try await checkActions(aws, summary["pipelineExecutionId"].string ?? "", commit: commit, weed: weed)
    }

    private static func checkActions(
        _ aws: AWS, _ execution: String, commit: String, weed: WeedServer
    ) async throws {
        let details = try await aws.codepipeline(
            "list-action-executions", "--pipeline-name", "website", "--filter", "pipelineExecutionId=\(execution)")
        let actions = details["actionExecutionDetails"].items
        #expect(actions.compactMap(\.["actionName"].string).sorted() == ["Bucket", "Repository", "Website"])
        for action in actions {
            #expect(action["status"] == "Succeeded")
            #expect(isRecent(action["startTime"]) && isRecent(action["lastUpdateTime"]))
            let places = action["input"]["inputArtifacts"].items + action["output"]["outputArtifacts"].items
            #expect(!places.isEmpty)
            for place in places.map(\.["s3location"]) {
                let bytes = try await weed.object(place["key"].string ?? "", in: place["bucket"].string ?? "")
                #expect(bytes.prefix(2) == Data("PK".utf8), "an artifact is a zip")
            }
        }
        let source = actions.first { $0["actionName"] == "Repository" }
        #expect(source?["output"]["outputVariables"]["CommitId"].string == commit)
    }

    /// The CLI's version 1 prints times as seconds, version 2 in ISO form.
    private static func isRecent(_ time: JSON) -> Bool {
        let date = time.number.map { Date(timeIntervalSince1970: $0) }
        guard let date = date ?? time.string.flatMap({ try? Date($0, strategy: .iso8601) }) else { return false }
        return abs(date.timeIntervalSinceNow) < 600
    }
}
