import Foundation
import Testing

/// Webhooks that PutWebhook has made with the authentication `IP`: who is let in by the address it calls from, and whose
/// word about that address is taken.
@Suite(.serialized) struct WebhookAddressTests {
    /// On Linux all of 127.0.0.0/8 is this machine: a sender can have any address of it.
    private static let proxy = "127.0.0.9"
    private static let secondProxy = "127.0.0.10"
    private static let stranger = "127.0.0.33"

    /// A delivery, as it reaches the gateway.
    struct Call: Sendable, CustomTestStringConvertible {
        var from: String
        /// Each a header of its own.
        var forwarded: [String] = []
        var status: Int
        var testDescription: String { "\(from), \(forwarded): \(status)" }
    }

    /// To a webhook that lets 192.0.2.0/24 in.
    static let documentation: [Call] = [
        Call(from: proxy, forwarded: ["192.0.2.7"], status: 202),
        Call(from: proxy, forwarded: ["192.0.2.255"], status: 202),
        Call(from: proxy, forwarded: ["192.0.3.0"], status: 403),
        Call(from: proxy, forwarded: ["198.51.100.7"], status: 403),
        // With the port that some proxies add; as version 4 in version 6.
        Call(from: proxy, forwarded: ["192.0.2.7:4711"], status: 202),
        Call(from: proxy, forwarded: ["::ffff:192.0.2.7"], status: 202),
        // What the sender has written itself stands on the left, what the proxy saw on the right.
        Call(from: proxy, forwarded: ["192.0.2.7, 198.51.100.7"], status: 403),
        Call(from: proxy, forwarded: ["192.0.2.7", "198.51.100.7"], status: 403),
        Call(from: proxy, forwarded: ["198.51.100.7, 192.0.2.7"], status: 202),
        // Two proxies, each trusted.
        Call(from: proxy, forwarded: ["192.0.2.7, \(secondProxy)"], status: 202),
        Call(from: secondProxy, forwarded: ["192.0.2.7", proxy], status: 202),
        // One of the two is not.
        Call(from: proxy, forwarded: ["192.0.2.7, \(stranger)"], status: 403),
        // From anyone else the header is not believed.
        Call(from: stranger, forwarded: ["192.0.2.7"], status: 403),
        Call(from: "127.0.0.1", forwarded: ["192.0.2.7"], status: 403),
        Call(from: "127.0.0.1", forwarded: ["192.0.2.7, \(proxy)"], status: 403),
        // The proxy itself is no sender; what is no address lets nobody in.
        Call(from: proxy, status: 403), Call(from: proxy, forwarded: ["unknown"], status: 403),
        Call(from: proxy, forwarded: [""], status: 403), Call(from: proxy, forwarded: ["192.0.2.7, "], status: 403),
    ]

    /// To a webhook that lets 127.0.0.32/30 in, without a proxy.
    static let direct: [Call] = [
        Call(from: stranger, status: 202), Call(from: "127.0.0.35", status: 202), Call(from: "127.0.0.36", status: 403),
        Call(from: "127.0.0.1", status: 403), Call(from: "127.0.0.1", forwarded: [stranger], status: 403),
        // Nobody who stands in the range gets out of it by what it says.
        Call(from: stranger, forwarded: ["198.51.100.7"], status: 202),
        Call(from: proxy, forwarded: [stranger], status: 202),
    ]

    private func webhook(_ walk: Walk, _ name: String, range: String) async throws -> String {
        let made = try await walk.sdk(
            "PutWebhook",
            [
                "webhook": [
                    "name": .string(name), "targetPipeline": "hooked", "targetAction": "Repository",
                    "filters": [["jsonPath": "$.build", "matchEquals": "done"]], "authentication": "IP",
                    "authenticationConfiguration": ["AllowedIPRange": .string(range)],
                ]
            ])["webhook"]
        #expect(made["definition"]["authenticationConfiguration"]["AllowedIPRange"].string == range)
        return try #require(made["url"].string)
    }

    /// `curl`, from one of this machine's addresses.
    private func status(of call: Call, to url: String) async throws -> Int? {
        let headers = call.forwarded.flatMap { ["-H", $0.isEmpty ? "X-Forwarded-For;" : "X-Forwarded-For: \($0)"] }
        let output = try await Command(
            .curl,
            [
                "--silent", "--show-error", "--max-time", "30", "--noproxy", "*", "--interface", call.from, "-o",
                "/dev/null", "-w", "%{http_code}", "-H", "Content-Type: application/json", "--data-binary",
                #"{"build": "done"}"#,
            ] + headers + [url]
        ).checked()
        return Int(output.text)
    }

    @Test func `an address range lets in whom it holds, by the word of trusted proxies alone`() async throws {
        let walk = try await Walk.begin(extra: "trusted_proxies: ['\(Self.proxy)', '\(Self.secondProxy)/32']\n")
        try await walk.create("hooked", Definition.approval)
        let documentation = try await webhook(walk, "documentation", range: "192.0.2.0/24")
        let direct = try await webhook(walk, "direct", range: "127.0.0.32/30")
        let calls = Self.documentation.map { ($0, documentation) } + Self.direct.map { ($0, direct) }
        for (call, url) in calls {
            #expect(try await status(of: call, to: url) == call.status, "\(call.testDescription)")
        }
        let journal = try await walk.corridor.gateway.journal()
        #expect(journal.count == calls.count)
        // Each that was let in started the pipeline, each that wasn't says why.
        let isIn = calls.map { $0.0.status == 202 }
        let started = journal.reversed().map { $0["decisions"].items.contains { $0["started"].string != nil } }
        #expect(started == isIn)
        for (entry, call) in zip(journal.reversed(), calls) where call.0.status == 403 {
            #expect(entry["outcome"] == "wrong-address")
            #expect(entry["reason"].string?.contains("AllowedIPRange") == true, "\(entry["reason"])")
        }
        let first = try #require(journal.reversed().first { $0["outcome"] == "wrong-address" })
        #expect(first["reason"] == "the sender's address 192.0.3.0 is outside of AllowedIPRange")
        #expect(try await walk.ids("hooked").count == 1 + isIn.count { $0 })
    }

    @Test func `without trusted proxies nobody's word is taken`() async throws {
        let walk = try await Walk.begin()
        try await walk.create("hooked", Definition.approval)
        let url = try await webhook(walk, "w", range: "192.0.2.0/24")
        for from in [Self.proxy, "127.0.0.1"] {
            let call = Call(from: from, forwarded: ["192.0.2.7"], status: 403)
            #expect(try await status(of: call, to: url) == 403, "\(from)")
        }
        let own = try await webhook(walk, "own", range: Self.proxy)
        #expect(try await status(of: Call(from: Self.proxy, status: 202), to: own) == 202)
        #expect(try await status(of: Call(from: Self.stranger, status: 403), to: own) == 403)
        #expect(try await walk.ids("hooked").count == 2)
    }
}
