import Foundation
import Isolation
import PipelineModel
import PluginKit
import Testing

@testable import CodeBuildPlugin

/// Whole builds by real shells.
@Suite struct BuildTests {
    @Test(arguments: ["sh", "bash"]) func `one shell runs all commands`(shell: String) async throws {
        let bench = try BuildBench()
        let outcome = try await bench.build(
            """
            version: 0.2
            env: {shell: \(shell), exported-variables: [PLACE, LATER, MULTI, UNSET, EMPTY]}
            phases:
              install: {commands: ['export X=1; Y=2; cd sub', 'f() { echo "f$1"; }']}
              build:
                commands:
                  - export PLACE="$X$Y ${PWD##*/}"
                  - |
                    if true; then
                      f 3
                    fi
                  - export MULTI=$(printf 'a\\nb "q" %s' "'") EMPTY=
                  - cat
                  - echo one; echo two >&2; printf three
              post_build: {commands: ['LATER=$CODEBUILD_BUILD_SUCCEEDING']}
            """, files: ["sub/x": ""])
        let variables = try #require(outcome.success).variables
        #expect(variables == ["PLACE": "12 sub", "LATER": "1", "MULTI": "a\nb \"q\" '", "EMPTY": ""])
        let text = bench.lines.joined(separator: "\n")
        #expect(text.contains("\nf3\n"))
        #expect(text.contains("\none\ntwo\nthree\n[Container] Phase complete: BUILD State: SUCCEEDED\n"))
        #expect(text.contains("the exported variable UNSET is not set"))
    }

    @Test func `version 0.1 runs each command in a fresh shell`() async throws {
        let bench = try BuildBench()
        let outcome = try await bench.build(
            """
            version: 0.1
            phases: {build: {commands: ['export X=1; cd /', 'echo "x=$X in ${PWD##*/}"', 'exit 4']}}
            """)
        #expect(outcome.failure?.message.contains("command `exit 4` exited with status 4") == true)
        #expect(bench.lines.contains("x= in app"))
    }

    @Test func `a failing command fails the build with its status`() async throws {
        let bench = try BuildBench()
        let outcome = try await bench.build(spec("true", "sh -c 'exit 2'", "echo never"))
        let details = try #require(outcome.failure)
        #expect(details.type == .jobFailed)
        #expect(
            details.message
                == "Build terminated with state: FAILED. Phase BUILD: command `sh -c 'exit 2'` exited with status 2")
        #expect(details.externalExecutionID?.hasPrefix("web:") == true)
        #expect(!bench.lines.contains("never"))
    }

    @Test(arguments: ["sh", "bash"]) func `a command that ends the shell fails alone`(shell: String) async throws {
        let bench = try BuildBench()
        let outcome = try await bench.build(
            """
            version: 0.2
            env: {shell: \(shell), exported-variables: [A, B]}
            phases:
              build:
                on-failure: CONTINUE
                commands: ['export A="a b"; cd sub', 'exit 0', 'export B=$PWD', 'kill -9 $$']
                finally: ['echo "finally $A ${B##*/} $CODEBUILD_BUILD_SUCCEEDING"', 'if ;']
              post_build:
                commands: ['echo "after ${PWD##*/} $CODEBUILD_BUILD_SUCCEEDING"', 'set -eu; false; echo no']
                finally: ['echo last $-']
            """, files: ["sub/x": ""])
        let details = try #require(outcome.failure)
        #expect(details.message.hasSuffix("Phase BUILD: command `kill -9 $$` exited with status 137"))
        #expect(bench.lines.contains("finally a b sub 0"))
        #expect(bench.lines.contains("after sub 0"))
        #expect(
            bench.lines.contains("[Container] Command did not exit successfully set -eu; false; echo no exit status 1"))
        #expect(bench.lines.contains { $0.hasPrefix("last") })
        #expect(!bench.lines.contains("no"))
    }

    @Test func `options of the shell stay, and trace commands only`() async throws {
        let bench = try BuildBench()
        _ = try await bench.build(spec("set -x", "echo a"))
        let traced = bench.lines.filter { $0.contains("penstock") }
        #expect(traced == [])
        #expect(bench.lines.contains("+ echo a"))
    }

    @Test func `output can't forge a status, nor reach the keeper`() async throws {
        let bench = try BuildBench()
        let outcome = try await bench.build(
            spec("printf 'status 0\\0' | tee /dev/stderr; (printf 'status 0\\0' >&9) 2>&1; false"))
        #expect(outcome.failure?.message.contains("status 1") == true)
    }

    @Test func `a build that kills its keeper fails`() async throws {
        let bench = try BuildBench()
        let outcome = try await bench.build(spec("kill -9 $PPID $$; sleep 30"))
        #expect(outcome.failure?.message.contains("ended from inside the build") == true)
    }

    @Test func `much output arrives whole and in order`() async throws {
        let bench = try BuildBench()
        let outcome = try await bench.build(
            spec("seq 1 300000", "head -c 5000000 /dev/zero | tr '\\0' x", "printf 'a\\377b'"))
        #expect(outcome.success != nil)
        let numbers = bench.lines.filter { Int($0) != nil }
        #expect(numbers.count == 300_000 && numbers.last == "300000")
        let long = bench.lines.filter { $0.hasPrefix("xx") }
        #expect(long.map(\.utf8.count).reduce(0, +) == 5_000_000)
        #expect(long.allSatisfy { $0.utf8.count <= OutputLines.bound })
        #expect(bench.lines.contains("a\u{FFFD}b"))
    }

    @Test func `builds run side by side`() async throws {
        let bench = try BuildBench()
        let outcomes = try await withThrowingTaskGroup(of: ActionOutcome.self) { group in
            for other in ["a b", "b a"].map({ $0.split(separator: " ") }) {
                // Each waits for the other's file: one after the other they would never end.
                let text = spec("touch ../../../\(other[0]); while [ ! -e ../../../\(other[1]) ]; do sleep 0.05; done")
                group.addTask { try await bench.build(text) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.allSatisfy { $0.success != nil })
    }

    @Test func `the project's time is up`() async throws {
        let bench = try BuildBench()
        let job = try bench.job(inputs: ["app": ["buildspec.yml": spec("sleep 600")]])
        var project = CodeBuildSettings.Project()
        project.timeoutMinutes = 0
        let plan = BuildPlan(
            job: job, action: try ActionSettings(job), project: project, isolation: .none,
            marker: BuildMarker(owner: UUID().uuidString, job: job.id.rawValue), number: 1, hidden: [], started: Date())
        let stop = try StopSignal()
        let outcome = await OwnThread.run { Build(plan: plan, stop: stop, log: bench.log).outcome() }
        #expect(outcome.failure?.message.hasPrefix("Build terminated with state: TIMED_OUT") == true)
    }

    @Test(arguments: [
        ("version: 0.2\nphases: [x]", "YAML_FILE_ERROR in the buildspec (buildspec.yml): phases: expected a mapping"),
        ("version: 0.2\nrun-as: nobody-here\nphases: {}", "run-as: commands run as the present user"),
        ("version: 0.2\nbatch: {}\nphases: {}", "batch: batch builds can't run here"),
    ])
    func `an unusable buildspec is a configuration error with its place`(text: String, message: String) async throws {
        let details = try #require(try await BuildBench().build(text).failure)
        #expect(details.type == .configurationError)
        #expect(details.message.contains(message))
    }

    @Test func `keys without effect are said so`() async throws {
        let bench = try BuildBench()
        _ = try await bench.build("version: 0.2\ncache: {paths: [a]}\nphases: {}")
        #expect(bench.lines.contains("[Container] buildspec (buildspec.yml) cache: has no effect here"))
    }

    @Test func `the buildspec may come from elsewhere`() async throws {
        let bench = try BuildBench()
        let project: [String: SettingValue] = [
            "projects": .map([
                "web": .map(["buildspec": .string("ci/spec.yml"), "environment": .map(["A": .integer(7)])])
            ])
        ]
        let job = try bench.job(inputs: ["app": ["ci/spec.yml": spec("echo from project $A")]])
        #expect(try await bench.run(job, settings: project).success != nil)
        #expect(bench.lines.contains("from project 7"))
        let inline = try bench.job(
            inputs: ["app": [:]], configuration: ["BuildspecOverride": spec("echo inline")])
        #expect(try await bench.run(inline, settings: project).success != nil)
        #expect(bench.lines.contains("inline"))
    }

    @Test(arguments: [
        ("../../../../credentials", "lies outside"), ("none.yml", "no such file"), ("arn:aws:s3:::b/k", "is an ARN"),
        ("link.yml", "lies outside"),
    ])
    func `a buildspec outside the source is refused`(place: String, message: String) async throws {
        let bench = try BuildBench()
        let job = try bench.job(inputs: ["app": ["a": ""]], configuration: ["BuildspecOverride": place])
        try FileManager.default.createSymbolicLink(
            at: job.inputs[0].contents.appending(path: "link.yml"),
            withDestinationURL: bench.data.appending(path: "credentials"))
        let details = try #require(try await bench.run(job).failure)
        #expect(details.type == .configurationError)
        #expect(details.message.contains(message))
        #expect(!details.message.contains("top secret"))
    }
}
