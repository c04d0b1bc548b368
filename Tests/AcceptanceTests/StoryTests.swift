import Foundation
import Testing

/// `penstock explain`, `wait` and `tail`, through a restart of the server.
@Suite(.serialized) struct StoryTests {
    @Test func `explain tells why an execution ran, what it waited for and how it ended`() async throws {
        let walk = try await Walk.begin()
        try await walk.create("told", Definition.approval)
        let first = try #require(try await walk.ids("told").first)
        try await walk.entered(first, "Review", of: "told")
        let payload = try Payload(commit: try await walk.corridor.git.commit(["page.txt": "b\n"], message: "B"))
        #expect(try await payload.post(to: try await walk.corridor.hook()).status == 202)
        let second = try #require(try await walk.ids("told").last)
        try await walk.inbound([second], "Review", of: "told")
        let waits = try await walk.corridor.gateway.penstock("explain", "execution", second)
        #expect(waits.text.contains("delivery"), "\(waits.text)\(waits.stderr)")
        #expect(waits.text.contains(first), "it names whom it waits for")
        let pipeline = try await walk.corridor.gateway.penstock("explain", "pipeline", "told")
        #expect(pipeline.text.contains("Review") && pipeline.text.contains(second), "\(pipeline.text)")
        try await walk.answer("Rejected", first, of: "told")
        #expect(try await walk.sdk.end(of: first, of: "told") == "Failed")
        let ended = try await walk.corridor.gateway.penstock("explain", "execution", first)
        #expect(ended.text.contains("by-a-test") && ended.text.contains("Failed"), "\(ended.text)")
        let json = try await walk.corridor.gateway.penstock("explain", "execution", first, "--output", "json")
        #expect(try JSON(parsing: json.stdout) != .null)
        #expect(try await walk.corridor.gateway.penstock("explain", "execution", "nobody").status == 2)
    }

    @Test func `wait ends with the execution's outcome, through a restart`() async throws {
        let walk = try await Walk.begin()
        try await walk.create("waited", Definition.approval)
        let id = try #require(try await walk.ids("waited").first)
        try await walk.entered(id, "Review", of: "waited")
        let gateway = walk.corridor.gateway
        async let outcome = gateway.penstock("wait", "waited", id, "--timeout", "60")
        async let log = gateway.penstock("tail", "waited", id, "--follow")
        try await Task.sleep(for: .seconds(1))
        let port = try #require(URL(string: try gateway.endpoint)?.port)
        try await gateway.kill9()
        try await gateway.start(port: port)
        try await walk.answer("Approved", id, of: "waited")
        #expect(try await outcome.status == 0)
        #expect(try await log.status == 0)
        let second = try await walk.start("waited")
        async let failure = gateway.penstock("wait", "waited", second)
        try await walk.answer("Rejected", second, of: "waited")
        #expect(try await failure.status == 1)
        #expect(try await gateway.penstock("wait", "nobody").status == 2)
    }

    @Test func `tail prints the log of a build`() async throws {
        let walk = try await Walk.begin()
        try await walk.create("tailed", Definition.build(buildspec: "buildspec-nap.yml"))
        let id = try #require(try await walk.ids("tailed").first)
        let log = try await walk.corridor.gateway.penstock("tail", "tailed", id, "--follow")
        #expect(log.status == 0, "\(log.stderr)")
        #expect(log.text.contains("IT-RUNS"))
    }
}
