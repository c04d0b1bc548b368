import CurlTransport
import Foundation
import Logging
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import JenkinsPlugin

/// A Jenkins of the test's own on a free port of the loopback, and what a module needs to talk to it.
final class TestJenkins: Sendable {
    struct Failure: Error { let reason: String }

    /// As the server's script knows them.
    static let token = "11" + String(repeating: "0123456789abcdef", count: 2)
    static let password = "pass word"

    let url: String
    let elsewhere: String
    let host: FakeHost
    let http: CurlClient
    private let process: ChildProcess

    /// Runs the body with a server and ends it whatever happens.
    static func with(path: String = "", _ body: (TestJenkins) async throws -> Void) async throws {
        let jenkins = try TestJenkins(path: path)
        do { try await body(jenkins) } catch {
            await jenkins.close()
            throw error
        }
        await jenkins.close()
    }

    private init(path: String) throws {
        http = CurlClient(
            configuration: CurlConfiguration(proxy: ""), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        host = try FakeHost(http: http)
        let ports = host.root.appending(path: "ports")
        process = try ChildProcess(
            ["/usr/bin/env", "python3", "-c", JenkinsScript.text, path, ports.path],
            environment: ProcessInfo.processInfo.environment)
        for _ in 0..<3000 {
            if let text = try? String(contentsOf: ports, encoding: .utf8) {
                let numbers = text.split(whereSeparator: \.isWhitespace)
                url = "http://127.0.0.1:\(numbers[0])\(path)"
                elsewhere = "http://127.0.0.1:\(numbers[1])/"
                return
            }
            usleep(10_000)
        }
        process.stop()
        throw Failure(reason: "the test's Jenkins did not start: install python3 (apt-get install python3)")
    }

    private func close() async {
        process.stop()
        await http.stop()
        host.remove()
    }

    // MARK: Orders

    struct State: Decodable {
        struct Build: Decodable {
            let job: String
            let number: Int
            let result: String?
            let building: Bool
            let parameters: [String: String]
        }

        let queue: [Int]
        let builds: [Build]
        let requests: [String]
        let elsewhere: [String]

        func count(_ start: String) -> Int { requests.count { $0.hasPrefix(start) } }
    }

    @discardableResult
    func tell(_ word: String, _ more: [String: SettingValue] = [:]) async throws -> State? {
        struct Answer: Decodable { let answer: SettingValue }
        let order = SettingValue.map(more.merging(["do": .string(word)]) { $1 })
        let response = try await http.send(
            HTTPClientRequest(method: "POST", url: elsewhere, body: .bytes(JSONEncoder().encode(order))))
        let answer = try JSONDecoder().decode(Answer.self, from: await response.body.collect(upTo: 16 << 20)).answer
        return try? JSONDecoder().decode(State.self, from: JSONEncoder().encode(answer))
    }

    func state() async throws -> State { try #require(try await tell("look")) }

    func define(_ name: String, _ more: [String: SettingValue] = [:]) async throws {
        let parameters: SettingValue = .list([.string("PENSTOCK_JOB_ID"), .string("TARGET")])
        try await tell("job", ["name": .string(name), "params": parameters].merging(more) { $1 })
    }

    /// The item that waits longest begins; its build's number.
    func begin() async throws { try await tell("begin") }

    func write(_ job: String, _ text: String, build: Int = 1) async throws {
        try await tell("write", ["job": .string(job), "build": .integer(build), "text": .string(text)])
    }

    func end(_ job: String, build: Int = 1, _ more: [String: SettingValue] = [:]) async throws {
        try await tell("end", ["job": .string(job), "build": .integer(build)].merging(more) { $1 })
    }

    func fault(_ kind: String, on path: String = "", count: Int = 1, _ more: [String: SettingValue] = [:]) async throws
    {
        try await tell(
            "fault",
            ["kind": .string(kind), "path": .string(path), "count": .integer(count)].merging(more) { $1 })
    }

    // MARK: The module

    func action(
        secret: String = token, patience: Duration = .milliseconds(300), more: [String: SettingValue] = [:]
    ) throws -> JenkinsAction {
        let server: [String: SettingValue] = [
            "url": .string(url), "user": .string("bot"), "token": .string(secret), "poll": .integer(1),
        ]
        let servers = try JenkinsSettings.servers(
            .map(["servers": .map(["Jenkins": .map(server.merging(more) { $1 })])]))
        return JenkinsAction(category: .build, server: try #require(servers.first), patience: patience)
    }

    func job(
        _ action: JenkinsAction, _ name: String, _ more: [String: String] = [:], outputs: [ArtifactName] = [],
        inputs: [InputArtifact] = [], token: String? = nil, id: ActionExecutionID = "job-1",
        isUntrusted: Bool = false
    ) throws -> ActionJob {
        try host.job(
            action.type.id, configuration: ["ProjectName": name].merging(more) { $1 }, inputs: inputs,
            outputs: outputs, continuationToken: token, id: id, isUntrusted: isUntrusted)
    }

    var log: [String] { host.recorded.lines.filter { !$0.hasPrefix("[Penstock]") } }
    var notes: [String] { host.recorded.lines.filter { $0.hasPrefix("[Penstock]") } }
}

extension ActionOutcome {
    var token: String? { if case .pending(let token, _, _) = self { token } else { nil } }
    var summary: String? { if case .pending(_, _, let progress) = self { progress.summary } else { nil } }
    var progress: ActionProgress? { if case .pending(_, _, let progress) = self { progress } else { nil } }
    var pause: Duration? { if case .pending(_, let pause, _) = self { pause } else { nil } }
    var failure: FailureDetails? { if case .failed(let failure) = self { failure } else { nil } }
    var success: ActionSuccess? { if case .succeeded(let success) = self { success } else { nil } }
}
