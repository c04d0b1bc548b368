import PipelineEngine
import PipelineModel
import Testing

@Suite struct SourceBindingTests {
    private static func bindings(_ type: ActionTypeID, _ configuration: [String: String]) -> [SourceBinding] {
        var declaration = PipelineDeclaration("Source: fetch | Build: unit")
        declaration.change("fetch") {
            $0.actionTypeId = type
            $0.configuration = configuration.mapValues { .plain($0) }
        }
        return SourceBinding.bindings(of: declaration)
    }

    static let connection = ActionTypeID(category: .source, owner: .aws, provider: "CodeStarSourceConnection")
    static let gitHub = ActionTypeID(category: .source, owner: .thirdParty, provider: "GitHub")
    static let full = ["ConnectionArn": "arn:c", "FullRepositoryId": "Acme/App", "BranchName": "main"]

    @Test func `a connection's source is bound to its repository`() throws {
        let expected = SourceBinding(
            pipeline: "world", action: "fetch", origin: .connection("arn:c"), repository: "Acme/App", branch: "main")
        #expect(Self.bindings(Self.connection, Self.full) == [expected])
        #expect(expected.repositoryKey == "acme/app")
    }

    @Test func `a GitHub source names owner, repository and branch`() throws {
        let found = Self.bindings(Self.gitHub, ["Owner": "acme", "Repo": "app", "Branch": "main"])
        #expect(found.map(\.repository) == ["acme/app"])
        #expect(found.map(\.origin) == [.gitHubV1])
    }

    static let unbound: [(ActionTypeID, [String: String])] = [
        (connection, full.merging(["DetectChanges": "false"]) { $1 }),
        (connection, full.filter { $0.key != "BranchName" }), (gitHub, ["Owner": "acme", "Repo": "app"]),
        (ActionTypeID(category: .source, owner: .aws, provider: "S3"), full),
        (ActionTypeID(category: .build, owner: .aws, provider: "CodeStarSourceConnection"), full),
    ]

    @Test(arguments: unbound)
    func `what no push may start has no binding`(type: ActionTypeID, configuration: [String: String]) {
        #expect(Self.bindings(type, configuration).isEmpty)
    }

    @Test func `a pipeline without stages has none`() {
        var declaration = PipelineDeclaration("Source: fetch")
        declaration.stages = []
        #expect(SourceBinding.bindings(of: declaration).isEmpty)
    }

    private static func bindings(_ configuration: [String: String], trigger: GitConfiguration) -> [SourceBinding] {
        var declaration = PipelineDeclaration("Source: fetch | Build: unit")
        declaration.change("fetch") {
            $0.actionTypeId = connection
            $0.configuration = configuration.mapValues { .plain($0) }
        }
        declaration.triggers = [TriggerDeclaration(gitConfiguration: trigger)]
        return SourceBinding.bindings(of: declaration)
    }

    @Test(arguments: [nil, "true", "false"])
    func `a trigger's filters decide, whatever DetectChanges says`(detect: String?) throws {
        var configuration = Self.full
        configuration["DetectChanges"] = detect
        let trigger = GitConfiguration(
            sourceActionName: "fetch", push: [PushFilter(branches: FilterCriteria(includes: ["dev"]))],
            pullRequest: [PullRequestFilter(events: [.open])])
        let binding = try #require(Self.bindings(configuration, trigger: trigger).first)
        let filters = try #require(binding.filters)
        #expect(filters.push.map(\.name) == ["push filter 1"])
        #expect(filters.push.first?.branches?.names.admits("dev") == true)
        #expect(filters.pullRequest.map(\.events) == [[.open]])
        configuration["BranchName"] = nil
        #expect(Self.bindings(configuration, trigger: trigger).count == 1)
    }

    @Test func `a trigger for another action, or without filters, leaves the default`() {
        let other = GitConfiguration(sourceActionName: "other", push: [PushFilter()])
        #expect(Self.bindings(Self.full, trigger: other).map(\.filters) == [nil])
        #expect(Self.bindings(Self.full, trigger: GitConfiguration(sourceActionName: "fetch")).map(\.filters) == [nil])
    }
}
