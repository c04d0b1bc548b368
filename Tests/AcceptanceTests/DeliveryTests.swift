import Foundation
import Testing

/// The webhook journal's commands, and what a pipeline's restart and a shutdown do to work in hand.
@Suite(.serialized) struct DeliveryTests {
    @Test func `a delivery can be listed, shown and replayed`() async throws {
        let corridor = try await Corridor.open(files: Steps.files)
        let (gateway, sdk) = (corridor.gateway, try await corridor.sdk())
        try await sdk.create(
            Definition("shown", artifacts: corridor.artifacts, stages: [Definition.source, Definition.approval]))
        let payload = try Payload(commit: try await corridor.git.tip())
        let hook = try await corridor.hook()
        #expect(try await payload.post(to: hook).status == 202)
        let other = try Payload(commit: try await corridor.git.tip(), branch: "feature/cards")
        #expect(try await other.post(to: hook).status == 202)
        let entries = try await gateway.journal()
        #expect(entries[0]["decisions"][0]["reason"].string?.contains("feature/cards") == true)
        let number = String(Int(entries[1]["sequence"].number ?? 0))
        let shown = try JSON(
            parsing: try await gateway.penstock("deliveries", "show", number, "--output", "json").stdout)
        #expect(shown["deliveryId"].string == payload.id)
        #expect(Data(base64Encoded: shown["body"].string ?? "") == payload.body)
        #expect(try !shown.text.contains(payload.headers["X-Hub-Signature-256"] ?? "?"))
        let replayed = try JSON(
            parsing: try await gateway.penstock("deliveries", "replay", number, "--output", "json").stdout)
        let started = try #require(replayed["decisions"][0]["started"].string)
        #expect(started != shown["decisions"][0]["started"].string)
        #expect(try await sdk.executions(of: "shown").first?["pipelineExecutionId"].string == started)
        let text = try await gateway.penstock("deliveries", "list")
        #expect(text.text.contains("started shown"))
        #expect(try await gateway.penstock("deliveries", "show", number).text.contains(payload.id))
        let none = try await gateway.penstock("deliveries", "show", "999")
        #expect(none.status == 2)
        #expect(none.stderr.contains("no delivery 999"))
    }

    @Test func `what a payload holds doesn't drive the terminal`() async throws {
        let corridor = try await Corridor.open(files: Steps.files)
        let (gateway, sdk) = (corridor.gateway, try await corridor.sdk())
        try await sdk.create(
            Definition("shown", artifacts: corridor.artifacts, stages: [Definition.source, Definition.approval]))
        let hostile = "\u{1B}]0;pwn\u{7}\u{9B}2J\u{202E}txt\nforged"
        let payload = try Payload(commit: try await corridor.git.tip(), branch: hostile)
        #expect(try await payload.post(to: try await corridor.hook()).status == 202)
        let entry = try await gateway.journal()[0]
        #expect(entry["decisions"][0]["reason"].string?.contains(hostile) == true)
        let number = String(Int(entry["sequence"].number ?? 0))
        for output in [
            try await gateway.penstock("deliveries", "list"), try await gateway.penstock("deliveries", "show", number),
            try await gateway.penstock("explain", "delivery", number),
        ] {
            let text = output.text
            #expect(text.contains("\\u{1B}]0;pwn\\u{7}\\u{9B}2J\\u{202E}txt\\nforged"), "\(text)")
            #expect(!text.unicodeScalars.contains { $0 != "\n" && $0.properties.generalCategory == .control })
            #expect(!text.unicodeScalars.contains("\u{202E}"))
        }
    }

    @Test func `SIGTERM hands running work back and the next start goes on with it`() async throws {
        let corridor = try await Corridor.open(
            files: [
                "page.txt": "a page\n",
                // The first run waits longer than a shutdown does; the second finds nothing to wait for.
                "buildspec.yml": Steps.buildspec("mkdir -p site", "cp page.txt site/", "echo IT-RUNS", "sleep $NAP"),
            ], extra: Self.napping(60))
        let (gateway, sdk) = (corridor.gateway, try await corridor.sdk())
        try await sdk.create(
            Definition("long", artifacts: corridor.artifacts, stages: [Definition.source, Definition.build()]))
        try await Steps.buildRuns(gateway)
        let before = try await sdk.actionState("Website", in: "Build", of: "long")["latestExecution"]
        let begun = ContinuousClock.now
        #expect(try await gateway.terminate() == 0)
        #expect(ContinuousClock.now - begun < .seconds(20))
        #expect(try FileManager.default.contentsOfDirectory(atPath: gateway.data.path + "/work") == [])
        let text = try String(contentsOf: gateway.configuration, encoding: .utf8)
        try gateway.configure(text.replacingOccurrences(of: Self.napping(60), with: Self.napping(0)))
        try await gateway.start()
        let again = try await corridor.sdk()
        #expect(try await again.endOfNewest(of: "long", count: 1)["status"] == "Succeeded")
        let after = try await again.actionState("Website", in: "Build", of: "long")["latestExecution"]
        #expect(after["actionExecutionId"] == before["actionExecutionId"])
    }

    private static func napping(_ seconds: Int) -> String {
        "projects: {website: {environment: {NAP: \"\(seconds)\"}}}\n"
    }
}
