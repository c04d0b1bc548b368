import Foundation
import Testing

/// Commit statuses at hosts that lose answers, fail and ask for rest, from a gateway that is killed at random.
@Suite(.serialized) struct CommitStatusTests {
    /// As `status_hosts.py` calls them: each has a connection and a pipeline of its name.
    private static let hosts = ["GitHub", "GitHubApp", "GitLab", "Gitea", "Bitbucket", "BitbucketServer"]
    private static let rounds = 4

    /// What a host's entry for a stage went through. Where entries have a key or an id (check runs, GitLab, Bitbucket)
    /// the same report may be sent again after a lost answer; the host notes that nothing came of it, and so it counts
    /// for nothing here. Where every report is kept (GitHub's and Gitea's statuses) the second would be one too many.
    @Test func `each stage's transitions have their effect at every host exactly once, however often it is killed`()
        async throws
    {
        let scratch = try Scratch("statuses")
        defer { scratch.remove() }
        let record = scratch.url("record")
        try Data().write(to: record)
        let played = try await PythonServer("status_hosts.py", [record.path])
        let git = try await GitServer(files: ["page.txt": "0\n"])
        let gateway = try Gateway(configuration: try await Self.configuration(git, played, scratch))
        try await gateway.start()
        var expected: Set<String> = []
        let first = try await git.tip()
        for host in Self.hosts {
            try await SDK(try await gateway.environment())("CreatePipeline", ["pipeline": Self.pipeline(at: host)])
            // Its commit is known when the source has it: its beginning can't be told.
            expected.insert("\(host) \(first) Source: succeeded")
            for stage in ["One", "Two"] { expected.insert("\(host) \(first) \(stage): running, succeeded") }
        }
        // Before the branch moves: the first executions are those of the first commit.
        try await Self.wait(for: expected, in: record)
        for round in 1...Self.rounds {
            let commit = try await git.commit(["page.txt": "\(round)\n"], message: "Round \(round)")
            let sdk = SDK(try await gateway.environment())
            for host in Self.hosts {
                try await sdk("StartPipelineExecution", Self.start(host, at: commit))
                for stage in ["Source", "One", "Two"] {
                    expected.insert("\(host) \(commit) \(stage): running, succeeded")
                }
            }
            try await Task.sleep(for: .milliseconds(.random(in: 0...1500)))
            try await gateway.kill9()
            try await gateway.start()
        }
        try await Self.wait(for: expected, in: record)
        try await waiting(until: "an empty outbox") {
            let metrics = try await HTTP.get(try gateway.endpoint + "/metrics").text
            return metrics.contains(#"penstock_effects{state="due"} 0"#)
                && metrics.contains(#"penstock_effects{state="waiting"} 0"#)
        }
        #expect(Set(try Self.told(record)).subtracting(expected) == [])
        try Self.checkFaults(record)
        withExtendedLifetime(played) {}
    }

    private static func configuration(_ git: GitServer, _ played: PythonServer, _ scratch: Scratch) async throws
        -> String
    {
        let key = scratch.url("key.pem")
        // GitHub's form of an App's key.
        try await Command(.sh, ["-c", "openssl genrsa -traditional -out '\(key.path)' 2048"]).checked()
        let apis = played.url.split(separator: " ").map(String.init)
        var text = "log_level: warning\nconnections:\n"
        for (host, api) in zip(hosts, apis) {
            text += "  \(host):\n    provider: \(host == "GitHubApp" ? "GitHub" : host)\n"
            text += "    url: \(git.url)\n    api_url: \(api)\n"
            text +=
                host == "GitHubApp"
                ? "    options: {app_id: \"80177\"}\n    secrets: {private_key_file: \(key.path)}\n"
                : "    token: t0ken\n"
        }
        return text
    }

    private static func pipeline(at host: String) -> JSON {
        var definition = Definition(
            host, artifacts: "artifacts", stages: [Definition.source] + ["One", "Two"].map { copy($0, to: host) })
        definition.stages[0]["actions"] = .array(
            definition.stages[0]["actions"].items.map { action in
                var action = action
                // A moved branch that nobody told of would be found after a minute, and start one more.
                action["configuration"]["DetectChanges"] = "false"
                action["configuration"]["ConnectionArn"] = .string(
                    "arn:aws:codeconnections:us-east-1:000000000000:connection/\(host)")
                return action
            })
        var json = definition.json
        // None is overtaken: each execution's stages are told to their end.
        json["executionMode"] = "QUEUED"
        return json
    }

    private static func copy(_ stage: String, to host: String) -> JSON {
        Definition.stage(
            stage,
            Definition.action(
                "Copy", "Deploy", "S3", ["BucketName": .string("\(host)-\(stage)".lowercased()), "Extract": "true"],
                inputs: ["Source"]))
    }

    private static func start(_ pipeline: String, at commit: String) -> JSON {
        [
            "name": .string(pipeline),
            "sourceRevisions": [
                ["actionName": "Repository", "revisionType": "COMMIT_ID", "revisionValue": .string(commit)]
            ],
        ]
    }

    private static func wait(for expected: Set<String>, in record: URL) async throws {
        do {
            try await waiting(until: "these statuses", upTo: .seconds(90), every: .milliseconds(250)) {
                Set(try told(record)).isSuperset(of: expected)
            }
        } catch let error as TimedOut {
            let told = Set(try told(record))
            #expect(expected.subtracting(told) == [], "beside them: \(told.subtracting(expected).sorted())")
            throw error
        }
    }

    private static func lines(_ record: URL) throws -> [JSON] {
        try String(contentsOf: record, encoding: .utf8).split(separator: "\n").map { try JSON(parsing: String($0)) }
    }

    /// One line for each place: what its entry went through, and how many there are where that isn't one.
    private static func told(_ record: URL) throws -> [String] {
        var states: [String: [String]] = [:]
        var entries: [String: Int] = [:]
        for line in try lines(record) where line["effect"].string ?? "again" != "again" {
            let (host, commit) = (line["host"].string ?? "", line["commit"].string ?? "")
            let context = (line["context"].string ?? "").split(separator: "/").map(String.init)
            guard context.count == 3, context[0] == "penstock", context[1] == host else {
                throw Missing("a context of the pipeline \(host): \(context)")
            }
            let place = "\(host) \(commit) \(context[2])"
            states[place, default: []].append(line["state"].string ?? "")
            entries[place, default: 0] += line["effect"] == "made" ? 1 : 0
        }
        return states.map { place, states in
            let keepsAll = place.hasPrefix("GitHub ") || place.hasPrefix("Gitea ")
            let many = keepsAll || entries[place] == 1 ? "" : " in \(entries[place] ?? 0) entries"
            return "\(place): \(states.joined(separator: ", "))\(many)"
        }
    }

    /// Every host has had its bad moments, and none was called in a way that it doesn't know.
    private static func checkFaults(_ record: URL) throws {
        let lines = try lines(record)
        #expect(lines.filter { $0["wrong"] != .null } == [])
        for host in hosts {
            let faults = Set(lines.filter { $0["host"].string == host }.compactMap(\.["fault"].string))
            #expect(faults == ["limit", "outage", "lost"], "\(host)")
        }
    }
}
