import Foundation
import Testing

/// A hundred deliveries are sent while the gateway is away.
@Suite(.serialized) struct LostDeliveryTests {
    private static let publicURL = "https://penstock.example"
    private static let count = 100

    /// A gateway that is reached as `publicURL`, with the log that its host keeps; stopped, with its hook's path.
    private func away(_ scratch: Scratch, log: Bool) async throws -> (Corridor, host: PythonServer) {
        let folder = scratch.url("log")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let host = try await PythonServer("delivery_log.py", [folder.path, Self.publicURL + "/hooks/the-hook"])
        let corridor = try await Corridor.open(
            credential: "x-access-token:t0ken", api: log ? host.url : nil,
            extra:
                "log_level: warning\npublic_url: \(Self.publicURL)\nrecovery: {interval_seconds: 1, grace_seconds: 1}\n"
        )
        // The hook's id must be known to the host before the gateway makes one.
        try corridor.gateway.configure(
            try String(contentsOf: corridor.gateway.configuration, encoding: .utf8)
                .replacingOccurrences(
                    of: "    connection: github\n", with: "    connection: github\n    id: the-hook\n"))
        try await corridor.gateway.kill9()
        try await corridor.gateway.start()
        let sdk = try await corridor.sdk()
        var definition = corridor.website()
        definition.stages = [Definition.source, Definition.approval]
        try await sdk.create(definition)
        try await waiting(until: "the creation's execution in Review") {
            try await sdk.executions(of: "website").count == 1
        }
        return (corridor, host)
    }

    private func settled(_ corridor: Corridor, _ expected: Int) async throws -> [JSON] {
        let sdk = try await corridor.sdk()
        return try await waiting(for: "\(expected) executions", upTo: .seconds(120), every: .milliseconds(500)) {
            let all = try await sdk.pages(
                "ListPipelineExecutions", ["pipelineName": "website"], "pipelineExecutionSummaries")
            return all.count >= expected ? all : nil
        }
    }

    @Test func `a host that keeps a log tells every one of them, each is processed once`() async throws {
        let scratch = try Scratch("lost")
        defer { scratch.remove() }
        let (corridor, host) = try await away(scratch, log: true)
        try await corridor.gateway.kill9()
        var ids: [String] = []
        for number in 1...Self.count {
            let commit = try await corridor.git.commit(["page.txt": "\(number)\n"], message: "Lost \(number)")
            let payload = try Payload(commit: commit)
            ids.append(payload.id)
            let entry: JSON = [
                "headers": .object(payload.headers.mapValues { .string($0) }),
                "payload": try JSON(parsing: payload.body),
            ]
            try entry.data.write(to: scratch.url("log/\(number).json"))
        }
        try await corridor.gateway.start()
        // Killed in the middle of its recovery, too.
        try await Task.sleep(for: .milliseconds(400))
        try await corridor.gateway.kill9()
        try await corridor.gateway.start()
        let executions = try await settled(corridor, Self.count + 1)
        #expect(executions.count == Self.count + 1)
        let journal = try await corridor.gateway.journal()
        let accepted = journal.filter { $0["outcome"] == "accepted" && ids.contains($0["deliveryId"].string ?? "") }
        #expect(accepted.compactMap(\.["deliveryId"].string).sorted() == ids.sorted())
        let started = accepted.flatMap(\.["decisions"].items).compactMap(\.["started"].string)
        #expect(Set(started).count == Self.count && started.count == Self.count)
        // It lives as long as it is known.
        withExtendedLifetime(host) {}
    }

    @Test func `a push that is lost right after its pipeline was made is found, long before the next look`()
        async throws
    {
        // The first look of a life is over before there is a pipeline; the next one would come in an hour.
        let corridor = try await Corridor.open(
            extra: "recovery: {interval_seconds: 3600, grace_seconds: 1}\n")
        try await Task.sleep(for: .seconds(2))
        var sdk = try await corridor.sdk()
        var definition = corridor.website()
        definition.stages = [Definition.source, Definition.approval]
        try await sdk.create(definition)
        try await waiting(until: "the creation's execution") { try await sdk.executions(of: "website").count == 1 }
        try await Task.sleep(for: .seconds(3))
        let lost = try await corridor.git.commit(["page.txt": "lost\n"], message: "Lost")
        try await corridor.gateway.kill9()
        try await corridor.gateway.start()
        sdk = try await corridor.sdk()
        _ = try await settled(corridor, 2)
        try await waiting(until: "the newest execution has the lost commit") {
            try await sdk.executions(of: "website").first?["sourceRevisions"][0]["revisionId"].string == lost
        }
    }

    @Test func `of a host without a log the branch's final state is processed, once`() async throws {
        let scratch = try Scratch("unlogged")
        defer { scratch.remove() }
        let (corridor, host) = try await away(scratch, log: false)
        // Looks at the refs before the gateway goes away: what is known then is the basis.
        try await Task.sleep(for: .seconds(8))
        try await corridor.gateway.kill9()
        var tip = ""
        for number in 1...Self.count {
            tip = try await corridor.git.commit(["page.txt": "\(number)\n"], message: "Lost \(number)")
        }
        try await corridor.gateway.start()
        let executions = try await settled(corridor, 2)
        try await Task.sleep(for: .seconds(5))
        #expect(try await settled(corridor, 2).count == 2, "the lost pushes started the pipeline more than once")
        #expect(executions.count == 2)
        let sdk = try await corridor.sdk()
        try await waiting(until: "the newest execution has the branch's tip") {
            try await sdk.executions(of: "website").first?["sourceRevisions"][0]["revisionId"].string == tip
        }
        withExtendedLifetime(host) {}
    }
}
