import PipelineModel
import Isolation
import PluginKit
import Testing

@testable import CodeBuildPlugin

@Suite struct CodeBuildSettingsTests {
    @Test func `without settings builds are isolated and projects have defaults`() throws {
        let settings = try CodeBuildSettings(.null)
        #expect(settings.isolation == .bubblewrap)
        #expect(settings.project("any").timeoutMinutes == 60)
    }

    static let wrong: [(SettingValue, String)] = [
        (.string("x"), "modules.CodeBuild"), (.map(["isolatoin": .string("none")]), "modules.CodeBuild.isolatoin"),
        (.map(["isolation": .string("docker")]), "modules.CodeBuild.isolation"),
        (.map(["isolation": .integer(1)]), "modules.CodeBuild.isolation"),
        (.map(["projects": .map(["p": .map(["time": .integer(1)])])]), "projects.p.time"),
        (.map(["projects": .map(["p": .map(["timeout_minutes": .integer(0)])])]), "projects.p.timeout_minutes"),
        (.map(["projects": .map(["p": .map(["environment": .map(["A": .list([])])])])]), "projects.p.environment.A"),
        (.map(["projects": .map(["p": .map(["environment": .map(["1": .null])])])]), "projects.p.environment.1"),
    ]

    @Test(arguments: wrong) func `a wrong setting is refused with its place`(value: SettingValue, place: String) {
        let error = #expect(throws: SettingsError.self) { try CodeBuild(settings: value) }
        #expect(error?.place == place)
    }

    @Test func `the plugin contributes build, test, two rules and the buildspec's check`() throws {
        var types: [ActionTypeDescription] = []
        var rules: [RuleTypeDescription] = []
        var documents: [String] = []
        for contribution in try CodeBuild(settings: .null).contributions {
            switch contribution {
            case .action(let action): types.append(action.type)
            case .rule(let rule): rules.append(rule.type)
            case .document(let validator): documents.append(validator.kind)
            default: Issue.record("unexpected")
            }
        }
        #expect(types.map(\.id.description) == ["AWS/Build/CodeBuild/1", "AWS/Test/CodeBuild/1"])
        #expect(types.map(\.timeout) == [129_600, 28_800])
        #expect(types.allSatisfy { $0.property("ProjectName")?.required == true && $0.inputArtifacts == 1...5 })
        #expect(rules.map(\.id.description) == ["AWS/Rule/CodeBuild/1", "AWS/Rule/Commands/1"])
        #expect(rules.map(\.timeout) == [3600, 3300] && rules.map(\.takesCommands) == [false, true])
        #expect(rules.map(\.inputArtifacts) == [0...5, 0...10] && rules.allSatisfy { !$0.maySkip })
        #expect(documents == ["buildspec"])
    }
}
