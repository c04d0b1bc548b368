import Foundation
import Glibc
import Isolation
import PipelineModel
import PluginKit
import Testing

@testable import CodeBuildPlugin

@Suite struct BuildEnvironmentTests {
    static func environment(_ bench: BuildBench) -> [String: String] {
        var values: [String: String] = [:]
        for line in bench.lines {
            guard let equals = line.firstIndex(of: "="), !line.hasPrefix("[") else { continue }
            values[String(line[..<equals])] = String(line[line.index(after: equals)...])
        }
        return values
    }

    @Test(arguments: IsolationMode.allCases)
    func `a build sees its own variables and none of the server's`(mode: IsolationMode) async throws {
        let bench = try BuildBench()
        let job = try bench.job(
            inputs: ["app": ["buildspec.yml": spec("env")], "other-lib": ["x": ""]],
            configuration: ["PrimarySource": "app"])
        #expect(try await bench.run(job, mode).success != nil)
        let seen = Self.environment(bench)
        let known: Set = [
            "PATH", "HOME", "LANG", "AWS_REGION", "AWS_DEFAULT_REGION", "PENSTOCK_JOB", "PWD", "OLDPWD", "SHLVL", "_",
        ]
        // Not set here: other tests start processes at the same time, which reads the environment.
        #expect(!Set(ProcessInfo.processInfo.environment.keys).isSubset(of: known))
        #expect(seen.keys.filter { !$0.hasPrefix("CODEBUILD_") && !known.contains($0) } == [])
        #expect(seen["CODEBUILD_BUILD_ID"] == "web:\(job.id)")
        #expect(seen["CODEBUILD_BUILD_ARN"] == "arn:aws:codebuild:eu-west-1:000000000000:build/web:\(job.id)")
        #expect(seen["CODEBUILD_BUILD_NUMBER"] == "1")
        #expect(seen["CODEBUILD_INITIATOR"] == "codepipeline/shop")
        #expect(seen["CODEBUILD_RESOLVED_SOURCE_VERSION"] == "0123abc")
        #expect(seen["CODEBUILD_SOURCE_VERSION"] == "arn:aws:s3:::store/p/app/abc.zip")
        #expect(seen["CODEBUILD_START_TIME"] == "1700000000000")
        #expect(seen["CODEBUILD_SRC_DIR"]?.hasSuffix("/inputs/app") == true)
        #expect(seen["CODEBUILD_SRC_DIR_other_lib"]?.hasSuffix("/inputs/other-lib") == true)
        #expect(seen["PWD"] == seen["CODEBUILD_SRC_DIR"])
        #expect(seen["HOME"]?.hasPrefix(job.workspace.resolvingSymlinksInPath().path) == true)
    }

    @Test func `the action's variables win over the project's, these over the buildspec's`() async throws {
        let bench = try BuildBench()
        let outcome = try await bench.build(
            spec("env", top: "env: {variables: {A: spec, B: spec, C: spec, CODEBUILD_CI: no, PENSTOCK_JOB: x}}"),
            configuration: ["EnvironmentVariables": #"[{"name":"A","value":"action","type":"PLAINTEXT"}]"#],
            settings: [
                "projects": .map(["web": .map(["environment": .map(["A": .string("p"), "B": .string("project")])])])
            ])
        #expect(outcome.success != nil)
        let seen = Self.environment(bench)
        #expect([seen["A"], seen["B"], seen["C"], seen["CODEBUILD_CI"]] == ["action", "project", "spec", "true"])
        #expect(seen["PENSTOCK_JOB"] != "x")
    }

    @Test func `what a fork's pull request runs doesn't see the project's variables`() async throws {
        let bench = try BuildBench()
        let job = try bench.job(
            inputs: ["app": ["buildspec.yml": spec("env")]], isUntrusted: true, protectedPaths: ["**"])
        let settings = ["projects": SettingValue.map(["web": .map(["environment": .map(["KEY": .string("s3cret")])])])]
        #expect(try await bench.run(job, .none, settings: settings).success != nil)
        #expect(Self.environment(bench)["KEY"] == nil)
        #expect(!bench.lines.joined().contains("s3cret"))
        #expect(bench.lines.contains { $0.contains("KEY is withheld") })
    }

    @Test(arguments: [
        (["ProjectName": ""], "lacks ProjectName"), (["PrimarySource": "nope"], "'nope' is no input artifact"),
        (["BatchEnabled": "true"], "batch builds can't run"), (["EnvironmentVariables": "{"], "is not a list like"),
        (["EnvironmentVariables": #"[{"name":"A","value":"/p","type":"PARAMETER_STORE"}]"#], "no such store"),
        (["EnvironmentVariables": #"[{"name":"A","value":"/p","type":"SECRETS_MANAGER"}]"#], "no such store"),
        (["EnvironmentVariables": #"[{"name":"A-B","value":"c"}]"#], "can't name a variable"),
    ])
    func `a wrong action is a configuration error`(configuration: [String: String], message: String) async throws {
        let bench = try BuildBench()
        let details = try #require(try await bench.build(spec("true"), configuration: configuration).failure)
        #expect(details.type == .configurationError)
        #expect(details.message.contains(message))
    }

    @Test func `several inputs need a primary source`() async throws {
        let bench = try BuildBench()
        let details = try await bench.run(bench.job(inputs: ["a": [:], "b": [:]])).failure
        #expect(details?.message.contains("name one of a, b") == true)
    }

    @Test func `builds are numbered by project, a repeated job keeps its number`() throws {
        let bench = try BuildBench()
        let folder = try bench.stateFolder(for: "CodeBuild")
        let state = BuildState()
        let numbers = try [("a", "1"), ("a", "2"), ("a", "2"), ("b", "3")].map {
            try state.buildNumber(of: $0, job: $1, in: folder)
        }
        #expect(numbers == [1, 2, 2, 1])
        #expect(try state.owner(in: folder) == BuildState().owner(in: folder))
    }
}
