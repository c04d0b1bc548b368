import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import JenkinsPlugin

/// What can't work fails at once with its remedy, and hostile words reach nobody.
@Suite struct JenkinsRefusalTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let what: String
        var job: [String: SettingValue] = [:]
        var name = "web"
        var configuration: [String: String] = [:]
        var secret = TestJenkins.token
        var fault: (kind: String, path: String)?
        let type: FailureDetails.Kind
        let words: String
        var testDescription: String { what }
    }

    static let cases: [Case] = [
        Case(what: "no such job", name: "nothing", type: .configurationError, words: "There is no job 'nothing'"),
        Case(what: "a folder", job: ["name": .string("web/inner")], type: .configurationError, words: "is a folder"),
        Case(what: "disabled", job: ["disabled": .bool(true)], type: .configurationError, words: "is disabled"),
        Case(
            what: "a wrong token", secret: "11" + String(repeating: "f", count: 32), type: .permissionError,
            words: "refused the user or the token (401)"),
        Case(what: "forbidden", fault: ("403", "^POST"), type: .permissionError, words: "may not build this job"),
        Case(what: "not visible", fault: ("403", "^GET"), type: .permissionError, words: "may not do this (403)"),
        Case(what: "vetoed", job: ["vetoed": .bool(true)], type: .configurationError, words: "vetoed the start"),
        Case(what: "became disabled", fault: ("409", "^POST"), type: .configurationError, words: "it is disabled"),
        Case(
            what: "no parameters", job: ["params": .null], configuration: ["Parameters": #"{"A": "b"}"#],
            type: .configurationError, words: "has no parameters, but the action gives A"),
        Case(
            what: "a wrong choice", job: ["choices": .map(["TARGET": .list([.string("live")])])],
            configuration: ["Parameters": #"{"TARGET": "x"}"#], type: .configurationError,
            words: "Illegal choice for parameter TARGET: x"),
        Case(
            what: "no JSON", configuration: ["Parameters": "A=b"], type: .configurationError,
            words: "must be a JSON object"),
        Case(
            what: "a list", configuration: ["Parameters": #"{"A": []}"#], type: .configurationError,
            words: "Parameters.A must be a text"),
        Case(
            what: "our name", configuration: ["Parameters": #"{"PENSTOCK_JOB_ID": "x"}"#], type: .configurationError,
            words: "is Penstock's own"),
        Case(
            what: "a proxy's page", fault: ("page", ""), type: .configurationError,
            words: "not what Jenkins' remote API promises"),
        Case(what: "no output", job: ["auto": .map([:])], type: .jobFailed, words: "archived nothing"),
    ]

    @Test(arguments: cases)
    func `what can't work fails with its remedy`(_ given: Case) async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web", given.job)
            if let (kind, path) = given.fault { try await jenkins.fault(kind, on: path) }
            let action = try jenkins.action(secret: given.secret)
            let outputs: [ArtifactName] = given.what == "no output" ? ["Out"] : []
            let outcome = try await jenkins.run(action, given.name, given.configuration, outputs: outputs)
            let failure = try #require(outcome.failure)
            #expect(failure.type == given.type && failure.message.contains(given.words), "\(failure.message)")
            #expect(!failure.message.contains(given.secret))
            #expect(try await jenkins.state().builds.count == (given.what == "no output" ? 1 : 0))
        }
    }

    @Test(arguments: ["^GET /job/web/api", "^GET /queue/item", "progressiveText", "artifact/x"])
    func `a redirect to another host is never followed`(path: String) async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web", ["auto": .map(["files": .map(["x": .string("y")])])])
            try await jenkins.fault("redirect", on: path, ["to": .string("\(jenkins.elsewhere)job/web/api/json")])
            let outcome = try await jenkins.run(try jenkins.action(), "web", outputs: ["Out"])
            // At the first call nobody knows whether this is Jenkins at all; later it may be a proxy's bad moment.
            if path.contains("web/api") {
                #expect(outcome.failure?.message.contains("redirects elsewhere (302)") == true)
            } else {
                #expect(outcome.success != nil)
            }
            #expect(try await jenkins.state().elsewhere.isEmpty)
        }
    }

    @Test(arguments: [
        "../../etc/passwd", "a/../../b", "/etc/passwd", "a//b", "a/./b", "", "a\u{0}b", "a\nb", "..",
        String(repeating: "x", count: 300),
    ])
    func `an archived path that could leave its folder fails the action`(path: String) async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web", ["auto": .map(["files": .map([path: .string("y")])])])
            let failure = try await jenkins.run(try jenkins.action(), "web", outputs: ["Out"]).failure
            #expect(failure?.message.contains("whose path can't be used") == true, "\(failure?.message ?? "-")")
            #expect(failure.map { !$0.message.contains("\n") } == true)
            #expect(try await jenkins.state().count("GET /job/web/1/artifact") == 0)
        }
    }

    @Test(arguments: [
        "", "/", "a/", "/a", "a//b", ".", "..", "a/../b", "../a", "a\nb", "a\u{0}", "a/\u{7f}",
        String(repeating: "n", count: 1 << 20),
    ])
    func `what is no job's name is refused before anything is called`(name: String) async throws {
        let host = try FakeHost()
        defer { host.remove() }
        #expect(throws: FailureDetails.self) { try JobPath(name) }
        let servers = try JenkinsSettings.servers(
            .map(["servers": .map(["Jenkins": .map(["url": .string("http://127.0.0.1:1")])])]))
        let action = JenkinsAction(category: .build, server: try #require(servers.first))
        let job = try host.job(action.type.id, configuration: ["ProjectName": name])
        let failure = try #require(await action.run(job, on: host).failure)
        #expect(failure.type == .configurationError && failure.message.hasPrefix("ProjectName must be"))
    }

    @Test(arguments: [
        ("web", "/job/web"), ("a/b", "/job/a/job/b"), ("m/x%2Fy", "/job/m/job/x%252Fy"),
        ("a b?x=1#y", "/job/a%20b%3Fx%3D1%23y"), ("$(id)", "/job/%24%28id%29"),
        ("--upload-pack=x", "/job/--upload-pack%3Dx"),
        ("ü\u{202e}", "/job/%C3%BC%E2%80%AE"), ("...", "/job/..."), ("a\\..\\b", "/job/a%5C..%5Cb"),
        ("%2e%2e", "/job/%252e%252e"), ("a;b&c", "/job/a%3Bb%26c"), ("http://x", ""),
    ])
    func `a job's name becomes one part of the path for each part of the name`(name: String, path: String) throws {
        if path.isEmpty {
            #expect(throws: FailureDetails.self) { try JobPath(name) }
        } else {
            #expect(try JobPath(name).path == path)
        }
    }

    @Test(arguments: [
        ("http://x/queue/item/12/", 12), ("https://evil.example/jenkins/queue/item/7", 7), ("/queue/item/3/", 3),
        ("/queue/item/3/x", nil), ("/queue/item/-3/", nil), ("/login", nil), (nil, nil),
        ("/queue/item/99999999999999999999/", nil),
    ])
    func `of a queue item's address only the id is taken`(location: String?, id: Int?) {
        #expect(JobRun.queueItem(location) == id)
    }

    @Test func `hostile parameter values arrive as they are`() async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web", ["auto": .map([:])])
            let value = "$(id) &TARGET=other\nline\u{202e}; --x=%41+b"
            let parameters = String(decoding: try JSONEncoder().encode(["TARGET": value]), as: UTF8.self)
            #expect(try await jenkins.run(try jenkins.action(), "web", ["Parameters": parameters]).success != nil)
            #expect(try await jenkins.state().builds.first?.parameters["TARGET"] == value)
        }
    }

    @Test func `a slow answer is waited for`() async throws {
        try await TestJenkins.with { jenkins in
            try await jenkins.define("web", ["auto": .map([:])])
            try await jenkins.fault("slow", ["seconds": .integer(2)])
            #expect(try await jenkins.run(try jenkins.action(), "web").success != nil)
        }
    }
}
