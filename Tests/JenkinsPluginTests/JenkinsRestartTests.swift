import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import JenkinsPlugin

/// Either side may be gone at any moment: nothing is started twice, nothing is lost, nothing fails.
@Suite struct JenkinsRestartTests {
    @Test func `Jenkins restarts while the job waits and while it runs`() async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web", ["pipeline": .bool(true)])
            let action = try jenkins.action()
            func look(_ token: String?) async throws -> ActionOutcome {
                await action.run(try jenkins.job(action, "web", token: token), on: jenkins.host)
            }
            var outcome = try await look(nil)
            for isRunning in [false, true] {
                if isRunning {
                    try await jenkins.begin()
                    try await jenkins.write("web", "before\n")
                    outcome = try await look(outcome.token)
                }
                try await jenkins.tell("down")
                outcome = try await look(outcome.token)
                #expect(outcome.summary?.contains("could not connect") == true, "\(outcome)")
                #expect(outcome.pause == .seconds(2))
                outcome = try await look(outcome.token)
                #expect(outcome.pause == .seconds(4))
                try await jenkins.tell("up")
                try await jenkins.fault("503")
                outcome = try await look(outcome.token)
                #expect(outcome.summary?.contains("answered 503") == true)
                let held = try await look(outcome.token)
                #expect(held.summary?.contains("is away") == true && held.pause.map { $0 > .seconds(3) } == true)
                action.server.circuit.answered()
                outcome = try await look(held.token)
                #expect(outcome.progress?.externalExecutionID == (isRunning ? "1" : nil))
            }
            try await jenkins.write("web", "after\n")
            try await jenkins.end("web")
            #expect(try await look(outcome.token).success != nil)
            #expect(jenkins.log == ["before", "after"])
            #expect(try await jenkins.state().count("POST") == 1)
        }
    }

    @Test(arguments: [nil, true, false])
    func `a run after a crash finds what the lost one has started`(begun: Bool?) async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web")
            let action = try jenkins.action()
            _ = await action.run(try jenkins.job(action, "web"), on: jenkins.host)
            if begun != nil { try await jenkins.begin() }
            if begun == true { try await jenkins.tell("forget") }
            let again = await action.run(try jenkins.job(action, "web"), on: jenkins.host)
            #expect(again.progress?.externalExecutionID == (begun == nil ? nil : "1"))
            #expect(try await jenkins.state().count("POST") == 1)
        }
    }

    @Test func `even without its record the build of a marked job is found`() async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web")
            let action = try jenkins.action()
            _ = await action.run(try jenkins.job(action, "web"), on: jenkins.host)
            try await jenkins.begin()
            try ActionRecords<JobRecord>(jenkins.host).forget("job-1")
            let again = await action.run(try jenkins.job(action, "web"), on: jenkins.host)
            #expect(again.progress?.externalExecutionID == "1")
            #expect(try await jenkins.state().count("POST") == 1)
        }
    }

    @Test(arguments: [true, false])
    func `a job without our parameter is found after a crash by its record`(hasBegun: Bool) async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web", ["params": .null])
            let action = try jenkins.action()
            // The answer to the start is lost, and so is what the first run said.
            try await jenkins.fault("after", on: "^POST")
            let lost = await action.run(try jenkins.job(action, "web"), on: jenkins.host)
            #expect(lost.token != nil)
            if hasBegun { try await jenkins.begin() }
            let again = await action.run(try jenkins.job(action, "web"), on: jenkins.host)
            #expect(again.failure == nil)
            let state = try await jenkins.state()
            #expect(state.count("POST") == 1 && state.queue.count + state.builds.count == 1)
            #expect(jenkins.notes.contains { $0.contains("Give the job a parameter PENSTOCK_JOB_ID") })
        }
    }

    @Test func `a start whose answer was lost isn't done again`() async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web")
            let action = try jenkins.action()
            try await jenkins.fault("after", on: "^POST")
            var outcome = await action.run(try jenkins.job(action, "web"), on: jenkins.host)
            #expect(outcome.summary?.contains("POST /job/web/buildWithParameters") == true)
            outcome = await action.run(try jenkins.job(action, "web", token: outcome.token), on: jenkins.host)
            #expect(outcome.summary == "Waiting for next available executor")
            #expect(try await jenkins.state().count("POST") == 1)
        }
    }

    @Test func `a start that Jenkins never saw is done again`() async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web", ["auto": .map([:])])
            try await jenkins.fault("502", on: "^POST")
            #expect(try await jenkins.run(try jenkins.action(), "web").success != nil)
            let state = try await jenkins.state()
            #expect(state.count("POST") == 2 && state.builds.count == 1)
        }
    }

    @Test func `somebody's repetition of our build isn't taken for ours`() async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web", ["auto": .map([:])])
            let action = try jenkins.action()
            _ = await action.run(try jenkins.job(action, "web"), on: jenkins.host)
            try await jenkins.tell("repeat", ["job": .string("web"), "build": .integer(1)])
            try await jenkins.tell("forget")
            let success = try await jenkins.run(action, "web").success
            #expect(success?.variables["BuildNumber"] == "1")
        }
    }

    @Test func `an equal item that waits already is shared, and the log says so`() async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web", ["params": .list([.string("TARGET")])])
            let action = try jenkins.action()
            _ = await action.run(try jenkins.job(action, "web", id: "job-1"), on: jenkins.host)
            let second = await action.run(try jenkins.job(action, "web", id: "job-2"), on: jenkins.host)
            #expect(second.token?.contains(#""queue":1"#) == true)
            #expect(jenkins.notes.contains { $0.contains("shares its build") })
        }
    }

    @Test func `a log that breaks off, and one that has become shorter, show each line once`() async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web")
            let action = try jenkins.action()
            func look(_ token: String?) async throws -> ActionOutcome {
                await action.run(try jenkins.job(action, "web", token: token), on: jenkins.host)
            }
            var outcome = try await look(nil)
            try await jenkins.begin()
            try await jenkins.write("web", "cut line one\ncut line two\n")
            try await jenkins.fault("cut", on: "progressiveText")
            outcome = try await look(outcome.token)
            #expect(outcome.summary?.contains("progressiveText") == true)
            outcome = try await look(outcome.token)
            #expect(jenkins.log == ["cut line one", "cut line two"])
            try await jenkins.tell("trim", ["job": .string("web"), "build": .integer(1), "size": .integer(13)])
            outcome = try await look(outcome.token)
            try await jenkins.write("web", "three\n")
            outcome = try await look(outcome.token)
            #expect(jenkins.log == ["cut line one", "cut line two", "three"])
        }
    }

    @Test func `an artifact that breaks off is fetched again`() async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web", ["auto": .map(["files": .map(["big": .string("whole")])])])
            try await jenkins.fault("cut", on: "artifact/big")
            let outcome = try await jenkins.run(try jenkins.action(), "web", outputs: ["Out"])
            guard case .directory(let folder)? = outcome.success?.outputs["Out"] else {
                Issue.record("\(outcome)")
                return
            }
            #expect(try String(contentsOf: folder.appending(path: "big"), encoding: .utf8) == "whole")
        }
    }

    @Test func `a build whose record is gone, and a token of another version`() async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web")
            let action = try jenkins.action()
            let token = #"{"v":1,"queue":1,"build":7,"marked":true,"misses":2}"#
            let gone = await action.run(try jenkins.job(action, "web", token: token), on: jenkins.host)
            #expect(gone.failure?.message.contains("Build 7 of the Jenkins job 'web' is gone") == true)
            for odd in [#"{"v":2}"#, "x", ""] {
                let refused = await action.run(try jenkins.job(action, "web", token: odd), on: jenkins.host)
                #expect(refused.failure?.message.contains("another version") == true)
            }
        }
    }
}
