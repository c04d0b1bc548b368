import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import JenkinsPlugin

@Suite struct JenkinsStopTests {
    @Test func `a stop takes the job out of the queue`() async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web")
            let action = try jenkins.action()
            _ = await action.run(try jenkins.job(action, "web"), on: jenkins.host)
            try await action.end("job-1", on: jenkins.host)
            let state = try await jenkins.state()
            #expect(state.queue.isEmpty && state.builds.isEmpty)
            // What is ended, or was never begun here, is left alone.
            try await action.end("job-1", on: jenkins.host)
            try await action.end("another", on: jenkins.host)
            #expect(try await jenkins.state().requests.count == state.requests.count)
        }
    }

    @Test(arguments: ["stop", "term", "kill"])
    func `a stop ends the build, a pipeline's as firmly as it needs`(heeds: String) async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web", ["pipeline": .bool(true), "heeds": .string(heeds)])
            let action = try jenkins.action()
            let token = await action.run(try jenkins.job(action, "web"), on: jenkins.host).token
            try await jenkins.begin()
            _ = await action.run(try jenkins.job(action, "web", token: token), on: jenkins.host)
            let start = ContinuousClock.now
            try await action.end("job-1", on: jenkins.host)
            let state = try await jenkins.state()
            #expect(state.builds.map(\.result) == ["ABORTED"])
            let orders = ["stop", "term", "kill"].filter { state.count("POST /job/web/1/\($0)") == 1 }
            #expect(orders.last == heeds)
            if heeds == "stop" { #expect(ContinuousClock.now - start < .seconds(5)) }
        }
    }

    @Test(arguments: [true, false], [true, false])
    func `a stop finds what was started although nobody saw the answer`(isMarked: Bool, hasBegun: Bool) async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web", isMarked ? [:] : ["params": .null])
            let action = try jenkins.action()
            try await jenkins.fault("after", on: "^POST")
            _ = await action.run(try jenkins.job(action, "web"), on: jenkins.host)
            if hasBegun { try await jenkins.begin() }
            try await action.end("job-1", on: jenkins.host)
            let state = try await jenkins.state()
            #expect(state.queue.isEmpty && state.builds.allSatisfy { !$0.building })
        }
    }

    @Test func `a build of a forgotten queue item is stopped, too`() async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web")
            let action = try jenkins.action()
            _ = await action.run(try jenkins.job(action, "web"), on: jenkins.host)
            try await jenkins.begin()
            try await jenkins.tell("forget")
            try await action.end("job-1", on: jenkins.host)
            #expect(try await jenkins.state().builds.map(\.result) == ["ABORTED"])
        }
    }

    @Test func `a Jenkins that is away is told later`() async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web")
            let action = try jenkins.action()
            _ = await action.run(try jenkins.job(action, "web"), on: jenkins.host)
            try await jenkins.tell("down")
            let failure = await #expect(throws: FailureDetails.self) {
                try await action.end("job-1", on: jenkins.host)
            }
            #expect(failure?.type == .systemUnavailable)
            try await jenkins.tell("up")
            try await action.end("job-1", on: jenkins.host)
            #expect(try await jenkins.state().queue.isEmpty)
        }
    }

    @Test(arguments: ["cancelItem", "1/stop"])
    func `a stop that is refused is not tried for ever`(path: String) async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web")
            let action = try jenkins.action()
            _ = await action.run(try jenkins.job(action, "web"), on: jenkins.host)
            if path == "1/stop" { try await jenkins.begin() }
            try await jenkins.fault("403", on: path)
            try await action.end("job-1", on: jenkins.host)
            #expect(try ActionRecords<JobRecord>(jenkins.host)["job-1"] == nil)
            #expect(try await jenkins.state().requests.count { $0.contains(path) } == 1)
        }
    }

    @Test func `a shutdown of the gateway leaves the build alone`() async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web")
            let action = try jenkins.action()
            let token = await action.run(try jenkins.job(action, "web"), on: jenkins.host).token
            try await jenkins.begin()
            try await jenkins.fault("slow", ["seconds": .integer(20)])
            let job = try jenkins.job(action, "web", token: token)
            await withTaskGroup(of: Void.self) { group in
                group.addTask { _ = await action.run(job, on: jenkins.host) }
                try? await Task.sleep(for: .milliseconds(300))
                group.cancelAll()
            }
            #expect(try await jenkins.state().builds.map(\.building) == [true])
        }
    }

    @Test func `another provider's action doesn't end it`() async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web")
            let action = try jenkins.action()
            _ = await action.run(try jenkins.job(action, "web"), on: jenkins.host)
            let test = JenkinsAction(category: .test, server: action.server)
            try await test.end("job-1", on: jenkins.host)
            #expect(try await jenkins.state().queue == [1])
            await action.cleanUp(on: jenkins.host)
            try await action.end("job-1", on: jenkins.host)
            #expect(try await jenkins.state().queue.isEmpty)
        }
    }
}
