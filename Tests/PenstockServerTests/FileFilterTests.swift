import ActionRunner
import Foundation
import HTTPTypes
import PipelineEngine
import PipelineModel
import PluginKitTesting
import Testing

@testable import PenstockServer

/// A whole gateway and a host whose payload doesn't tell all paths of a push.
@Suite struct FileFilterTests {
    private static let (before, after) = (String(repeating: "2", count: 40), String(repeating: "3", count: 40))

    /// GitLab, as far as it is asked: a push that was forced, and took `taken.txt` away.
    private static let script = #"""
        class Host(Played):
            prefix = ["api", "v4"]
            def given(self): return self.headers.get("PRIVATE-TOKEN") or "none"
            def work(self, path):
                if path.endswith("/merge_base"): return 200, {"id": "1" * 40}
                if path.endswith("/compare"):
                    return 200, {"diffs": [{"old_path": name, "new_path": name} for name in ("added.txt", "taken.txt")]}
                return 404, {"message": "404 Not Found"}
        """#

    private static let push = """
        {"object_kind": "push", "ref": "refs/heads/main", "before": "\(before)", "after": "\(after)", "user_id": 7,
         "project": {"path_with_namespace": "acme/app"}, "total_commits_count": 1,
         "commits": [{"id": "\(after)", "message": "x", "added": ["added.txt"], "modified": [], "removed": []}]}
        """

    private static func pipeline(_ path: String) -> PipelineDeclaration {
        func action(_ name: ActionName, _ type: ActionTypeID, _ configuration: [String: String] = [:])
            -> ActionDeclaration
        {
            ActionDeclaration(
                name: name, actionTypeId: type, configuration: configuration.mapValues { .plain($0) },
                outputArtifacts: type.category == .source ? [ArtifactReference(name: "Code")] : [])
        }
        let source = action(
            "Checkout", ActionTypeID(category: .source, owner: .aws, provider: "CodeStarSourceConnection"),
            [
                "ConnectionArn": "arn:aws:codeconnections:us-east-1:000000000000:connection/lab",
                "FullRepositoryId": "acme/app", "BranchName": "main",
            ])
        let approval = action("Ask", ActionTypeID(category: .approval, owner: .aws, provider: "Manual"))
        return PipelineDeclaration(
            name: "files", roleArn: "r", artifactStore: ArtifactStoreDeclaration(location: "artifacts"),
            stages: [
                StageDeclaration(name: "Source", actions: [source]), StageDeclaration(name: "Go", actions: [approval]),
            ], pipelineType: .v2,
            triggers: [
                TriggerDeclaration(
                    gitConfiguration: GitConfiguration(
                        sourceActionName: "Checkout",
                        push: [PushFilter(filePaths: FilterCriteria(includes: [path]))]))
            ])
    }

    /// Nobody listens where `git` would fetch from: only the API can tell.
    @Test func `the paths that a forced push took away are asked of the host's API`() async throws {
        let lab = try PlayedServer(Self.script, token: "t0ken")
        defer { lab.stop() }
        let yaml = """
            connections:
              lab: {provider: GitLab, url: "http://127.0.0.1:1", api_url: "\(lab.origin)/ok/api/v4", token: t0ken}
            hooks:
              lab: {provider: GitLab, connection: lab, id: lab-hook, unauthenticated: true}
            """
        try await ServerBench.with(yaml) { bench in
            _ = try await bench.gateway.ledger.perform(
                .create(Self.pipeline("taken.txt"), trigger: ExecutionTrigger(type: .createPipeline)), on: "files")
            let answer = try await bench.send(
                .post, "/hooks/lab-hook", [("X-Gitlab-Event", "Push Hook"), ("Content-Type", "application/json")],
                Data(Self.push.utf8))
            #expect(answer.status == 202, "\(answer.text)")
            let decision = try await Self.decision(bench)
            #expect(decision.started != nil, "\(decision.reason)")
            #expect(try lab.requests.map(\.path).contains("/projects/acme%2Fapp/repository/compare"))
        }
    }

    /// With the workshop at work until the question is answered.
    private static func decision(_ bench: ServerBench) async throws -> DeliveryDecision {
        let workshop = Task { try await bench.gateway.workshop.run() }
        defer { workshop.cancel() }
        for _ in 0..<1500 {
            if let decision = try await bench.journal().first?.decisions.first, decision.question == nil {
                return decision
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw Unanswered()
    }

    private struct Unanswered: Error {}
}
