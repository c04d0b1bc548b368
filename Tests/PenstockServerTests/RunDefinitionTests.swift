import CodePipelineAPI
import Foundation
import PipelineModel
import Testing

@testable import PenstockServer

@Suite struct RunDefinitionTests {
    private static let pipeline = """
        {"pipeline": {"name": "app", "variables": [{"name": "Who", "defaultValue": "nobody"}, {"name": "Other"}],
          "stages": [
            {"name": "Source", "actions": [
              {"name": "One", "configuration": {"A": "b"}, "actionTypeId": {"provider": "GitHub"}, "runOrder": 1},
              {"name": "Two", "configuration": {"C": "d"}, "actionTypeId": {"provider": "S3"}}]},
            {"name": "Build", "actions": [{"name": "Three"}]}]}, "metadata": {}}
        """

    private func definition(
        _ text: String = pipeline, sources: [RunSource] = [], variables: [String: String] = [:]
    ) throws -> RunDefinition {
        let folder = try ServerFolder()
        let request = RunRequest(
            definition: URL(fileURLWithPath: try folder.write(text, to: "pipeline.json")), sources: sources,
            variables: variables, approvals: .none, dataFolder: nil, exports: [])
        return try RunDefinition(request) { "arn:\($0)" }
    }

    private func action(_ definition: RunDefinition, _ index: Int) throws -> Document {
        guard case .list(let stages)? = definition.document["stages"], case .list(let actions)? = stages[0]["actions"]
        else { throw CommandError(.failed, "no stages") }
        return actions[index]
    }

    @Test func `a file may wrap the pipeline or be it`() throws {
        #expect(try definition().name == "app")
        #expect(try definition(#"{"name": "bare"}"#).name == "bare")
        #expect(try definition().document["metadata"] == nil)
    }

    @Test func `a folder takes a source's place and leaves the other alone`() throws {
        let folder = try ServerFolder()
        let definition = try definition(sources: [try RunSource(parsing: "One=\(folder.url.path)")])
        let one = try action(definition, 0)
        #expect(one["configuration"] == .structure(["Path": .string(folder.url.path)]))
        #expect(one["actionTypeId"]?["provider"] == .string("Folder"))
        #expect(one["actionTypeId"]?["owner"] == .string("Custom"))
        #expect(one["runOrder"] == .integer(1))
        #expect(try action(definition, 1)["configuration"] == .structure(["C": .string("d")]))
    }

    @Test func `a repository takes a source's place through a connection of its own`() throws {
        let definition = try definition(sources: [try RunSource(parsing: "Two=https://example.com/acme/app@dev")])
        let two = try action(definition, 1)
        #expect(two["actionTypeId"]?["provider"] == .string("CodeStarSourceConnection"))
        #expect(
            two["configuration"]
                == .structure([
                    "ConnectionArn": .string("arn:Two"), "FullRepositoryId": .string("app"),
                    "BranchName": .string("dev"),
                ]))
    }

    @Test func `a variable's default is replaced or given`() throws {
        let definition = try definition(variables: ["Who": "me", "Other": ""])
        guard case .list(let variables)? = definition.document["variables"] else {
            Issue.record("no variables")
            return
        }
        #expect(variables.map { $0["defaultValue"] } == [.string("me"), .string("")])
    }

    @Test func `what does not fit is named`() throws {
        let folder = try ServerFolder()
        let source = try RunSource(parsing: "Three=\(folder.url.path)")
        let cases: [(String, [RunSource], [String: String], String)] = [
            (Self.pipeline, [source], [:], "--source Three"),
            (#"{"name": "x", "stages": []}"#, [source], [:], "--source Three"),
            (#"{"name": "x", "stages": 5}"#, [source], [:], "--source Three"),
            (Self.pipeline, [], ["Why": "x"], "--var Why"), (#"{"name": "x"}"#, [], ["Why": "x"], "--var Why"),
            ("{", [], [:], "is not JSON"), ("[]", [], [:], "has no name"), (#"{"name": 5}"#, [], [:], "has no name"),
            ("", [], [:], "is not JSON"),
        ]
        for (text, sources, variables, remedy) in cases {
            let error = #expect(throws: CommandError.self) {
                try definition(text, sources: sources, variables: variables)
            }
            #expect(error?.message.contains(remedy) == true, "\(error?.message ?? "")")
        }
    }

    @Test func `a file that can't be read is named`() {
        let request = RunRequest(
            definition: URL(fileURLWithPath: "/nowhere.json"), sources: [], variables: [:], approvals: .ask,
            dataFolder: nil, exports: [])
        let error = #expect(throws: CommandError.self) { try RunDefinition(request) { $0 } }
        #expect(error?.message == "/nowhere.json can't be read")
    }
}
