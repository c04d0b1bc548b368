import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import JenkinsPlugin

@Suite struct JenkinsActionTests {
    @Test func `a job that takes long is followed from the queue to its files and variables`() async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("apps/web", ["estimate": .integer(3_600_000)])
            let action = try jenkins.action()
            func look(_ token: String?) async throws -> ActionOutcome {
                await action.run(
                    try jenkins.job(
                        action, "apps/web", ["Parameters": #"{"TARGET": "live"}"#], outputs: ["App"],
                        inputs: [try jenkins.host.input("Code", files: [:])], token: token), on: jenkins.host)
            }
            let started = try await look(nil)
            #expect(started.pause == .seconds(1))
            let waiting = try await look(started.token)
            #expect(waiting.summary == "Waiting for next available executor")
            #expect(waiting.progress?.externalExecutionID == nil)
            try await jenkins.begin()
            try await jenkins.write("apps/web", "one\ntwo\nthr")
            let running = try await look(waiting.token)
            #expect(running.progress?.externalExecutionID == "1")
            #expect(running.progress?.externalExecutionURL == "\(jenkins.url)/job/apps/job/web/1/")
            #expect(running.progress?.percentComplete == 0)
            #expect(jenkins.log == ["one", "two"])
            try await jenkins.write("apps/web", "ee\n\u{1b}[8mha:AAAA=\u{1b}[0mfour\n")
            let later = try await look(running.token)
            #expect(jenkins.log == ["one", "two", "three", "four"])
            // The result stands, but the steps after the build go on.
            try await jenkins.end("apps/web", ["building": .bool(false), "inProgress": .bool(true)])
            let almost = try await look(later.token)
            #expect(almost.token != nil)
            let files: SettingValue = .map([
                "target/web.war": .string("war"), "a b/ü?#.txt": .string("odd"),
                "penstock.properties": .string("# made by the job\nImage = web:7\nno line\nEmpty=\n"),
            ])
            try await jenkins.end("apps/web", ["log": .string("five"), "files": files])
            let success = try #require(try await look(almost.token).success)

            #expect(jenkins.log == ["one", "two", "three", "four", "five"])
            #expect(success.variables["BuildNumber"] == "1" && success.variables["Result"] == "SUCCESS")
            #expect(success.variables["BuildUrl"] == "\(jenkins.url)/job/apps/job/web/1/")
            #expect(success.variables["Image"] == "web:7" && success.variables["Empty"] == "")
            #expect(success.variables.count == 5)
            #expect(success.progress.externalExecutionID == "1")
            guard case .directory(let folder)? = success.outputs["App"] else {
                Issue.record("no output")
                return
            }
            #expect(try String(contentsOf: folder.appending(path: "target/web.war"), encoding: .utf8) == "war")
            #expect(try String(contentsOf: folder.appending(path: "a b/ü?#.txt"), encoding: .utf8) == "odd")
            let state = try await jenkins.state()
            #expect(state.builds.map(\.parameters) == [["PENSTOCK_JOB_ID": "job-1", "TARGET": "live"]])
            #expect(jenkins.notes.contains { $0.contains("drops") && $0.contains("PENSTOCK_INPUT_Code") })
            #expect([started, waiting, running, later, almost].allSatisfy { ($0.token ?? "").count < 200 })
        }
    }

    @Test func `inputs are given as links to their objects`() async throws {
        try await TestJenkins.with { jenkins in
            let names: SettingValue = .list(["PENSTOCK_JOB_ID", "PENSTOCK_INPUT_Code"].map { .string($0) })
            try await jenkins.define("web", ["params": names, "auto": .map([:])])
            let action = try jenkins.action()
            let input = try jenkins.host.input("Code", files: [:])
            _ = await action.run(try jenkins.job(action, "web", inputs: [input]), on: jenkins.host)
            let build = try #require(try await jenkins.state().builds.first)
            #expect(build.parameters["PENSTOCK_INPUT_Code"] == "s3://artifacts/pipeline/Code/artifact.zip")
        }
    }

    @Test(arguments: [
        ("UNSTABLE", "is UNSTABLE: usually tests have failed"), ("FAILURE", "has ended: FAILURE"),
        ("ABORTED", "was ABORTED in Jenkins"), ("NOT_BUILT", "was NOT_BUILT"), ("ODD", "has ended: ODD"),
    ])
    func `a build that didn't succeed fails the action in its own words`(result: String, words: String) async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web", ["auto": .map(["result": .string(result), "log": .string("oh\n")])])
            let action = try jenkins.action()
            let failure = try #require(try await jenkins.run(action, "web").failure)
            #expect(failure.type == .jobFailed && failure.message.contains(words), "\(failure.message)")
            #expect(failure.externalExecutionID == "1" && failure.externalExecutionSummary == result)
            #expect(jenkins.log == ["oh"])
        }
    }

    @Test func `one that is aborted in Jenkins while it runs fails`() async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web")
            let action = try jenkins.action()
            let token = await action.run(try jenkins.job(action, "web"), on: jenkins.host).token
            try await jenkins.begin()
            let running = await action.run(try jenkins.job(action, "web", token: token), on: jenkins.host).token
            try await jenkins.end("web", ["result": .string("ABORTED")])
            let ended = await action.run(try jenkins.job(action, "web", token: running), on: jenkins.host)
            #expect(ended.failure?.message.contains("ABORTED") == true)
        }
    }

    @Test func `one that is cancelled in the queue fails`() async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web")
            let action = try jenkins.action()
            let token = await action.run(try jenkins.job(action, "web"), on: jenkins.host).token
            try await jenkins.tell("cancel")
            let ended = await action.run(try jenkins.job(action, "web", token: token), on: jenkins.host)
            #expect(ended.failure?.message.contains("cancelled while it waited in the queue") == true)
        }
    }

    @Test(arguments: [true, false])
    func `the build of a vanished queue item is found`(isMarked: Bool) async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web", isMarked ? [:] : ["params": .null, "next": .integer(4)])
            let action = try jenkins.action()
            let token = await action.run(try jenkins.job(action, "web"), on: jenkins.host).token
            try await jenkins.begin()
            try await jenkins.tell("forget")
            let found = await action.run(try jenkins.job(action, "web", token: token), on: jenkins.host)
            #expect(found.progress?.externalExecutionID == (isMarked ? "1" : "4"))
        }
    }

    @Test func `a queue item that vanished without a build fails the action, but not at once`() async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web")
            let action = try jenkins.action()
            var outcome = await action.run(try jenkins.job(action, "web"), on: jenkins.host)
            try await jenkins.tell("lose")
            for _ in 0..<2 {
                outcome = await action.run(try jenkins.job(action, "web", token: outcome.token), on: jenkins.host)
                #expect(outcome.summary?.contains("has forgotten queue item 1") == true)
            }
            outcome = await action.run(try jenkins.job(action, "web", token: outcome.token), on: jenkins.host)
            #expect(outcome.failure?.message.contains("looked for 3 times") == true)
            #expect(try await jenkins.state().count("POST") == 1)
        }
    }

    @Test func `behind a proxy's path, with folders and a multibranch job's branch, only that path is called`()
        async throws
    {
        try await TestJenkins.with(path: "/ci/jenkins") { jenkins in
            let name = "apps/web/feature%2Flogin"
            try await jenkins.define(name, ["auto": .map(["files": .map(["x": .string("y")])])])
            let action = try jenkins.action()
            let success = try #require(try await jenkins.run(action, name, outputs: ["Out"]).success)
            let path = "/ci/jenkins/job/apps/job/web/job/feature%252Flogin/"
            #expect(success.variables["BuildUrl"] == jenkins.url + path.dropFirst("/ci/jenkins".count) + "1/")
            let requests = try await jenkins.state().requests
            #expect(requests.contains("POST \(path)buildWithParameters?delay=0sec"))
            #expect(requests.allSatisfy { $0.contains(" \(path)") || $0.contains(" /ci/jenkins/queue/") })
        }
    }

    @Test func `a password brings a crumb and its session, an API token doesn't`() async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web", ["auto": .map([:])])
            #expect(try await jenkins.run(try jenkins.action(), "web").success != nil)
            #expect(try await jenkins.state().count("GET /crumbIssuer") == 0)
            let action = try jenkins.action(secret: TestJenkins.password)
            #expect(try await jenkins.run(action, "web", id: "job-2").success != nil)
            #expect(try await jenkins.state().count("GET /crumbIssuer") == 1)
            try await jenkins.tell("csrf", ["on": .bool(false)])
            #expect(try await jenkins.run(action, "web", id: "job-3").success != nil)
        }
    }

    @Test func `one output gets all files or those of its pattern, several get their folders`() async throws {
        try await TestJenkins.with { jenkins in
            let files: SettingValue = .map(
                Dictionary(
                    uniqueKeysWithValues: ["App/a.war", "App/doc/a.txt", "Docs/b.txt", "c"].map { ($0, .string($0)) }))
            try await jenkins.define("web", ["auto": .map(["files": files])])
            let action = try jenkins.action()
            func paths(_ outcome: ActionOutcome, _ name: ArtifactName) throws -> [String] {
                guard case .directory(let folder)? = outcome.success?.outputs[name] else { return [] }
                return try FileManager.default.subpathsOfDirectory(atPath: folder.path(percentEncoded: false)).filter {
                    var isFolder: ObjCBool = false
                    let path = folder.appending(path: $0).path(percentEncoded: false)
                    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
                }.sorted()
            }
            let one = try await jenkins.run(action, "web", outputs: ["Out"])
            #expect(try paths(one, "Out") == ["App/a.war", "App/doc/a.txt", "Docs/b.txt", "c"])
            let some = try await jenkins.run(
                action, "web", ["ArtifactPattern": "**/*.txt, c"], outputs: ["Out"], id: "job-2")
            #expect(try paths(some, "Out") == ["App/doc/a.txt", "Docs/b.txt", "c"])
            let two = try await jenkins.run(action, "web", outputs: ["App", "Docs"], id: "job-3")
            #expect(try paths(two, "App") == ["a.war", "doc/a.txt"])
            #expect(try paths(two, "Docs") == ["b.txt"])
            let none = try await jenkins.run(action, "web", ["ArtifactPattern": "*.zip"], outputs: ["Out"], id: "job-4")
            #expect(none.failure?.message.contains("that matches '*.zip'") == true)
        }
    }

    @Test func `a log of its own may be left out`() async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web", ["auto": .map(["log": .string("secret things\n")])])
            #expect(try await jenkins.run(try jenkins.action(), "web", ["Log": "false"]).success != nil)
            #expect(jenkins.log.isEmpty)
        }
    }
}

extension TestJenkins {
    /// Runs the job again and again, as the runner does, until it ends.
    func run(
        _ action: JenkinsAction, _ name: String, _ configuration: [String: String] = [:], outputs: [ArtifactName] = [],
        id: ActionExecutionID = "job-1", from token: String? = nil
    ) async throws -> ActionOutcome {
        var token = token
        for _ in 0..<60 {
            let job = try job(action, name, configuration, outputs: outputs, token: token, id: id)
            let outcome = await action.run(job, on: host)
            guard case .pending(let next, _, _) = outcome else { return outcome }
            token = next
            try await Task.sleep(for: .milliseconds(20))
        }
        throw Failure(reason: "the job has not ended")
    }
}
