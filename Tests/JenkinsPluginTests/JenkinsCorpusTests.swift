import Foundation
import PipelineModel
import PluginKit
import Testing

@testable import JenkinsPlugin

/// Recorded payloads and API answers of others, where the corpus is at hand.
@Suite struct JenkinsCorpusTests {
    private static func files(below folder: String) throws -> [URL]? {
        guard let root = ProcessInfo.processInfo.environment["PENSTOCK_CORPUS"] else {
            try JenkinsWebhookTests.say("corpus: skipped, PENSTOCK_CORPUS is not set")
            return nil
        }
        let place = URL(filePath: root).appending(path: folder)
        return try FileManager.default.subpathsOfDirectory(atPath: place.path(percentEncoded: false)).sorted()
            .filter { $0.hasSuffix(".json") }.map { place.appending(path: $0) }
    }

    @Test func `each recorded notification gives an event or a stated reason`() throws {
        guard let files = try Self.files(below: "jenkins/notification") else { return }
        var phases: [String: Int] = [:]
        for file in files {
            struct Recorded: Decodable {
                struct Build: Decodable {
                    let phase: String
                    let number: Int
                }
                let name: String
                let build: Build
            }
            let body = try Data(contentsOf: file)
            let recorded = try JSONDecoder().decode(Recorded.self, from: body)
            let parsed = try JenkinsWebhookTests.parse(body)
            phases["\(recorded.build.phase): \(parsed.ignored == nil ? "event" : "reason")", default: 0] += 1
            guard recorded.build.phase == "COMPLETED" else {
                #expect(parsed.ignored == "phase \(recorded.build.phase): the build has not ended")
                continue
            }
            guard case .buildCompleted(let build)? = parsed.events.first?.change else {
                Issue.record("\(file.lastPathComponent): \(parsed)")
                continue
            }
            #expect(build.job == recorded.name && build.number == String(recorded.build.number))
            #expect(build.status == .succeeded && build.branch == "master" && build.commitID?.count == 40)
        }
        #expect(!files.isEmpty)
        try JenkinsWebhookTests.say(
            "corpus: \(files.count) Jenkins notifications, \(phases.sorted { $0.key < $1.key })")
    }

    /// None of the host payloads that the index lists is Jenkins' own; where one was sent here by mistake, it is said.
    @Test func `each other host's payload gives a stated reason or a refusal, never an event`() throws {
        guard let files = try Self.files(below: "webhooks") else { return }
        var refused = 0
        for file in files where file.lastPathComponent != "INDEX.json" {
            do {
                let parsed = try JenkinsWebhookTests.parse(try Data(contentsOf: file))
                #expect(parsed.events.isEmpty && parsed.ignored != nil, "\(file.lastPathComponent)")
            } catch is PayloadError { refused += 1 }
        }
        try JenkinsWebhookTests.say("corpus: \(files.count - 1) payloads of other hosts, \(refused) refused")
    }

    @Test func `each recorded answer of the remote API is read`() throws {
        guard let files = try Self.files(below: "jenkins/api") else { return }
        func read<Value: Decodable>(_ type: Value.Type, _ words: [String]) throws -> [Value] {
            try files.filter { file in words.contains { file.lastPathComponent.contains($0) } }.map {
                do { return try JSONDecoder().decode(type, from: try Data(contentsOf: $0)) } catch {
                    Issue.record("\($0.lastPathComponent): \(error)")
                    throw error
                }
            }
        }
        let items = try read(QueueItem.self, ["queueItem"])
        #expect(items.allSatisfy { $0.id != nil } && items.contains { $0.executable?.number == 14 })
        #expect(items.contains { $0.cancelled == true } && items.contains { $0.why?.contains("in progress") == true })
        #expect(items.contains { $0.actions.value(of: "a") == "4" && $0.actions.isCaused(by: "martin") })
        let lists = try read(QueueList.self, ["queueList", "_queue.json"])
        #expect(lists.allSatisfy { $0.items?.isEmpty == false })
        let builds = try read(BuildInfo.self, ["build-info", "buildGet", "api_builds"])
        #expect(builds.allSatisfy { $0.number != nil && $0.result != nil })
        #expect(builds.contains { $0.artifacts?.first?.relativePath == "fish.txt" && $0.isDone })
        #expect(builds.contains { $0.actions.value(of: "bear") == nil && $0.actions.value(of: "fish") == "salmon" })
        let jobs = try read(JobInfo.self, ["job-info", "jobGet"])
        #expect(jobs.contains { $0.parameters == ["bear", "fish"] } && jobs.contains { $0.parameters == nil })
        #expect(jobs.contains { $0.buildable == false } && jobs.contains { $0.nextBuildNumber == 1 })
        try JenkinsWebhookTests.say(
            "corpus: \(items.count) queue items, \(lists.count) queues, \(builds.count) builds, \(jobs.count) jobs")
    }
}
