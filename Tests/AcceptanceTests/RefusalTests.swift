import Foundation
import Testing

/// What the gateway says to deliveries that it does not take, and where the reason is.
@Suite(.serialized) struct RefusalTests {
    /// A repository that no pipeline builds: these tests are about the door.
    static let idle = ["README": "nothing to build\n"]

    @Test func `a repeated delivery starts one execution and both are answered 2xx`() async throws {
        let corridor = try await Corridor.open(files: Self.idle)
        let sdk = try await corridor.sdk()
        let definition = Definition(
            "twice", artifacts: corridor.artifacts, stages: [Definition.source, Definition.approval])
        try await sdk.create(definition)
        let payload = try Payload(commit: try await corridor.git.tip())
        let hook = try await corridor.hook()
        let answers = [try await payload.post(to: hook), try await payload.post(to: hook)]
        #expect(answers.map(\.status) == [202, 200])
        #expect(answers[0].text.contains(#""verdict":"started""#) && answers[0].text == answers[1].text)
        // The creation's and the delivery's.
        #expect(try await sdk.executions(of: "twice").count == 2)
        let journal = try await corridor.gateway.journal()
        let started = journal.flatMap(\.["decisions"].items).compactMap(\.["started"].string)
        #expect(started.count == 1)
        #expect(journal.filter { $0["outcome"] == "accepted" }.map(\.["deliveryId"].string) == [payload.id])
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let status: Int
        let code: String
        let reason: String
        let request: @Sendable (String) async throws -> HTTP.Answer
        var testDescription: String { code }
    }

    static let commit = String(repeating: "a", count: 40)
    static let cases = [
        Case(status: 401, code: "wrong-signature", reason: "does not match") { hook in
            let good = try Payload(commit: commit)
            return try await Payload(body: good.body, secret: "another secret").post(to: hook)
        },
        Case(status: 401, code: "wrong-signature", reason: "X-Hub-Signature-256 is missing") { hook in
            var payload = try Payload(commit: commit)
            payload.headers["X-Hub-Signature-256"] = nil
            return try await payload.post(to: hook)
        },
        Case(status: 404, code: "unknown-hook", reason: "penstock hooks list") { hook in
            try await Payload(commit: commit).post(to: hook + "0")
        },
        Case(status: 400, code: "not-json", reason: "JSON") { hook in
            try await Payload(body: Data("{\"ref\": refs/heads/main".utf8)).post(to: hook)
        },
        Case(status: 400, code: "unexpected-payload", reason: "repository") { hook in
            try await Payload(body: Data("{\"ref\": \"refs/heads/main\"}".utf8)).post(to: hook)
        },
        Case(status: 413, code: "too-large", reason: "larger than 26214400 bytes") { hook in
            try await postLarge(to: hook, extra: [])
        },
        // A sender that does not wait for 100-continue is in the middle of its body when the answer comes.
        Case(status: 413, code: "too-large", reason: "larger than 26214400 bytes") { hook in
            try await postLarge(to: hook, extra: ["-H", "Expect:"])
        },
        Case(status: 413, code: "too-large", reason: "larger than 26214400 bytes") { hook in
            try await postLarge(to: hook, extra: ["-H", "Expect:", "-H", "Transfer-Encoding: chunked"])
        },
    ]

    @Test func `a refusal is a bare code, a journal entry with the reason and a metric`() async throws {
        let corridor = try await Corridor.open(files: Self.idle)
        let hook = try await corridor.hook()
        var counts: [String: Int] = [:]
        for refusal in Self.cases {
            let answer = try await refusal.request(hook)
            #expect(answer.status == refusal.status, "\(refusal.code)")
            #expect(answer.text == "\(refusal.code)\n")
            counts[refusal.code, default: 0] += 1
            let newest = try #require(try await corridor.gateway.journal().first)
            #expect(newest["outcome"].string == refusal.code)
            #expect(newest["reason"].string?.contains(refusal.reason) == true, "\(newest)")
        }
        let metrics = try await HTTP.get(try corridor.gateway.endpoint + "/metrics").text
        for (code, count) in counts {
            #expect(metrics.contains("penstock_deliveries_total{outcome=\"\(code)\"} \(count)\n"), "\(code)")
        }
        #expect(!corridor.gateway.stderr.contains(Payload.secret))
    }

    @Test func `a delivery that can't be committed is answered 503, and taken when it comes again`() async throws {
        let corridor = try await Corridor.open(files: Self.idle)
        let sdk = try await corridor.sdk()
        try await sdk.create(
            Definition("full", artifacts: corridor.artifacts, stages: [Definition.source, Definition.approval]))
        _ = try await waiting(for: "the approval") {
            try await sdk.actionState("Ask", in: "Review", of: "full")["latestExecution"]["token"].string
        }
        let payload = try Payload(commit: try await corridor.git.tip())
        let hook = try await corridor.hook()
        // No file may grow any more: the ledger's log can't take the commit, as on a full disk.
        try await Self.limitFiles(of: corridor.gateway, to: "1")
        let refused = try await payload.post(to: hook)
        #expect(refused.status == 503)
        #expect(refused.text == "storage-unavailable\n")
        #expect(try await HTTP.get(try corridor.gateway.endpoint + "/readyz").status == 503)
        try await Self.limitFiles(of: corridor.gateway, to: "unlimited")
        let metrics = try await HTTP.get(try corridor.gateway.endpoint + "/metrics").text
        #expect(metrics.contains("penstock_deliveries_total{outcome=\"storage-unavailable\"} 1\n"))
        #expect(try await HTTP.get(try corridor.gateway.endpoint + "/readyz").status == 200)
        #expect(try await sdk.executions(of: "full").count == 1)
        let taken = try await payload.post(to: hook)
        #expect(taken.status == 202)
        #expect(try await sdk.executions(of: "full").count == 2)
    }

    private static func limitFiles(of gateway: Gateway, to limit: String) async throws {
        try await Command(
            .prlimit, ["--pid", String(try gateway.processIdentifier), "--fsize=\(limit):"]
        ).checked()
    }

    /// One byte more than is let in, by curl.
    private static func postLarge(to hook: String, extra: [String]) async throws -> HTTP.Answer {
        let scratch = try Scratch("large")
        defer { scratch.remove() }
        try Data(count: 25 * 1024 * 1024 + 1).write(to: scratch.url("body"))
        let curl = try Command(
            .curl,
            [
                "-sS", "-X", "POST", "--data-binary", "@\(scratch.url("body").path)", "-o", scratch.url("answer").path,
                "-w", "%{http_code}", "-H", "X-GitHub-Event: push", "-H", "Content-Type: application/json",
            ] + extra + [hook])
        let output = try await curl.checked()
        return HTTP.Answer(status: Int(output.text) ?? 0, body: try Data(contentsOf: scratch.url("answer")))
    }
}
