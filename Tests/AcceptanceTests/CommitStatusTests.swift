import Foundation
import Testing

/// Commit statuses at a host that loses answers, from a gateway that is killed at random: each transition once.
@Suite(.serialized) struct CommitStatusTests {
    @Test func `each stage's transitions arrive exactly once, in order, however often the gateway is killed`()
        async throws
    {
        let scratch = try Scratch("statuses")
        defer { scratch.remove() }
        let record = scratch.url("record")
        try Data().write(to: record)
        let host = try await PythonServer("status_host.py", [record.path])
        let corridor = try await Corridor.open(
            credential: "x-access-token:t0ken", api: host.url, extra: "log_level: warning\n")
        let sdk = try await corridor.sdk()
        try await sdk.create(corridor.website())
        _ = try await sdk.endOfNewest(of: "website", count: 1)
        let hook = String(try await corridor.hook().dropFirst(try corridor.gateway.endpoint.count))
        for round in 1...6 {
            let commit = try await corridor.git.commit(["page.txt": "\(round)\n"], message: "Round \(round)")
            let answer = try await Payload(commit: commit).post(to: corridor.gateway.endpoint + hook)
            #expect(answer.status == 202)
            try await Task.sleep(for: .milliseconds(.random(in: 0...1500)))
            try await corridor.gateway.kill9()
            try await corridor.gateway.start()
        }
        let ended = try await corridor.sdk()
        let executions = try await waiting(for: "the end of every execution", upTo: .seconds(120)) {
            let all = try await ended.pages(
                "ListPipelineExecutions", ["pipelineName": "website"], "pipelineExecutionSummaries")
            return all.allSatisfy { SDK.terminal.contains($0["status"].string ?? "") } ? all : nil
        }
        try await check(record, of: executions)
    }

    /// What each commit's stages must have shown at the end; the record says what they did show.
    private func check(_ record: URL, of executions: [JSON]) async throws {
        let succeeded = executions.filter { $0["status"] == "Succeeded" }.compactMap {
            $0["sourceRevisions"][0]["revisionId"].string
        }
        #expect(!succeeded.isEmpty)
        func lines() throws -> [[String]] {
            try String(contentsOf: record, encoding: .utf8).split(separator: "\n").map {
                $0.split(separator: "\t").map(String.init)
            }
        }
        try await waiting(until: "the last status of every commit", upTo: .seconds(120)) {
            let all = try lines()
            return succeeded.allSatisfy { commit in
                all.contains { $0[0] == commit && $0[1] == "penstock/website/Deploy" && $0[2] == "success" }
            }
        }
        var told: [String: [String]] = [:]
        for line in try lines() { told["\(line[0]) \(line[1])", default: []].append("\(line[2]) \(line[3])") }
        for (place, statuses) in told {
            #expect(Set(statuses).count == statuses.count, "\(place) was told twice: \(statuses)")
            let states = statuses.map { String($0.prefix { $0 != " " }) }
            #expect(states.lastIndex(of: "pending") ?? -1 <= 0, "\(place) went back to pending: \(statuses)")
        }
        for commit in succeeded {
            for stage in ["Build", "Deploy"] {
                let states = told["\(commit) penstock/website/\(stage)"]?.map { String($0.prefix { $0 != " " }) }
                #expect(states == ["pending", "success"], "\(stage) of \(commit)")
            }
        }
    }
}
