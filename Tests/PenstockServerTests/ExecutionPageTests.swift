import Foundation
import HTTPTypes
import PipelineEngine
import PipelineModel
import Testing

@testable import PenstockServer

/// What a commit status links to, through HTTP.
@Suite struct ExecutionPageTests {
    private static let yaml = "public_url: https://penstock.example\n" + ServerBench.yaml

    private func path(_ bench: ServerBench, _ execution: PipelineExecution) throws -> String {
        let link = ExecutionPage.link(base: "https://penstock.example", key: bench.gateway.linkKey)
        let url = link(execution.pipeline, execution.id)
        #expect(url.hasPrefix("https://penstock.example/console/view/shop/\(execution.id)?key="))
        return String(url.dropFirst("https://penstock.example".count))
    }

    @Test func `who has the link sees that execution, its stages, actions and reasons`() async throws {
        try await ServerBench.with(Self.yaml) { bench in
            let ledger = bench.gateway.ledger
            let execution = try await ExecutionOperationsTests.declare(on: ledger)
            let path = try path(bench, execution)
            let waiting = try await bench.send(.get, path)
            #expect(waiting.status == 200 && waiting.headers[.contentType] == "text/html; charset=utf-8")
            #expect(waiting.text.contains("<title>shop, execution 1: InProgress</title>"))
            #expect(waiting.text.contains("waits for an approval"))
            let token = try #require(execution.stages.first?.actions.first?.approvalToken)
            #expect(!waiting.text.contains(token))
            _ = try await ledger.perform(
                .answerApproval(
                    ApprovalAnswer(
                        stage: "Gate", action: "Approve", token: token, status: .rejected,
                        summary: "<script>alert(1)</script>\u{202E}&", by: StoryWorld.caller)), on: "shop")
            let ended = try await bench.send(.get, path)
            #expect(ended.text.contains("Gate: Failed") && ended.text.contains("execution 1: Failed"))
            #expect(ended.text.contains("&lt;script&gt;alert(1)&lt;/script&gt;\\u{202E}&amp;"), "\(ended.text)")
            #expect(!ended.text.contains("<script"))
            #expect(ended.headers[.contentSecurityPolicy]?.hasPrefix("default-src 'none'") == true)
            #expect(ended.headers[.cacheControl] == "no-store")
        }
    }

    @Test func `without its key nobody learns whether it is there`() async throws {
        try await ServerBench.with(Self.yaml) { bench in
            let execution = try await ExecutionOperationsTests.declare(on: bench.gateway.ledger)
            let second = try await ExecutionOperationsTests.declare("other", on: bench.gateway.ledger)
            let path = try path(bench, execution)
            let plain = String(path.prefix { $0 != "?" })
            let key = path.dropFirst(plain.count)
            let refusal = try await bench.send(.get, plain)
            #expect(refusal.status == 403 && refusal.text.contains("penstock explain execution"))
            for wrong in [
                plain + "?key=", plain + "?key=\(String(repeating: "0", count: 64))", "\(path)0", "\(path.dropLast())",
                "/console/view/other/\(second.id)\(key)", "/console/view/none/none\(key)", "/console/view/shop",
                "/console/view/shop/Gate/Approve/approve/token",
                "/console/view/\(second.pipeline)/\(execution.id)\(key)",
            ] {
                let answer = try await bench.send(.get, wrong)
                #expect(answer.status == 403 && answer.text == refusal.text, "\(wrong)")
            }
            #expect(try await bench.send(.post, path).status == 404)
        }
    }

    @Test func `a link to what is kept no more says so`() async throws {
        try await ServerBench.with(Self.yaml) { bench in
            let link = ExecutionPage.link(base: "", key: bench.gateway.linkKey)
            let answer = try await bench.send(.get, link("a b/c", "gone"))
            #expect(answer.status == 404 && answer.text.contains("kept no more"), "\(answer.text)")
        }
    }
}
