import Foundation
import PipelineEngine
import PluginKit
import Testing

@testable import WebhookIntake

@Suite struct AddressRangeTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.1", false), ("10.1.2.3", "10.1.2.3", true),
        ("10.1.2.3", "10.1.2.4", false), ("192.0.2.0/30", "192.0.2.3", true), ("192.0.2.0/30", "192.0.2.4", false),
        ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "2001:db8::1", false),
        ("2001:db8::/32", "2001:db8:1::", true),
        ("2001:db8::/32", "2001:db9::", false), ("2001:db8::/33", "2001:db8:8000::", false), ("::1", "::1", true),
        ("::/0", "10.0.0.1", false), ("10.0.0.0/8", "::ffff:10.1.1.1", true), ("::ffff:10.0.0.0/104", "10.1.1.1", true),
        ("fe80::/10", "fe80::1%eth0", true), ("10.0.0.0/8", "not an address", false), ("10.0.0.0/8", "", false),
    ])
    func `blocks of both versions`(range: String, address: String, isIn: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(address) == isIn)
    }

    @Test(arguments: [
        "", "/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0/8", "::/129", "a.b.c.d", "10.0.0.0/8/8",
        "10.0.0.0/", "1.2.3.4 ",
    ])
    func `what is no block`(text: String) { #expect(AddressRange(text) == nil) }

    @Test(
        arguments: [
            (nil, [], nil), ("203.0.113.9", [], "203.0.113.9"),
            // Nobody may say who it is but a proxy that is trusted.
            ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
            ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", ["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", ["1.1.1.1", "198.51.100.1 , 10.0.0.2"], "198.51.100.1"),
            ("10.0.0.1", [], "10.0.0.1"), ("10.0.0.1", ["10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"), ("10.0.0.1", ["[2001:db8::1]:80"], "2001:db8::1"),
            ("::ffff:10.0.0.1", ["2001:db8::1"], "2001:db8::1"), ("10.0.0.1", ["unknown"], "unknown"),
            ("10.0.0.1", ["1.1.1.1,"], ""),
        ] as [(String?, [String], String?)])
    func `the sender behind proxies is read from the right`(peer: String?, forwarded: [String], sender: String?) throws
    {
        let proxies = TrustedProxies([try #require(AddressRange("10.0.0.0/8"))])
        #expect(proxies.sender(peer: peer, forwarded: forwarded) == sender)
    }

    @Test func `a hook's list stands beside its signature`() async throws {
        let bench = try await IntakeBench(allowed: ["192.0.2.0/24"])
        let push = "push acme/app main 0123456789012345678901234567890123456789"
        #expect(await bench.post(push, id: "1", from: "192.0.2.7") == .accepted)
        #expect(await bench.post(push, id: "2", secret: "wrong", from: "192.0.2.7") == .wrongSignature)
        #expect(await bench.post(push, id: "3", from: "192.0.3.7") == .wrongAddress)
        #expect(await bench.post(push, id: "4", from: nil) == .wrongAddress)
        let entry = try #require(try await bench.journal().dropFirst().first)
        #expect(entry.outcome == "wrong-address" && entry.bodySize == 0)
        #expect(entry.reason == "the sender's address 192.0.3.7 is not in the hook's list")
    }
}
