import Foundation
import PipelineModel
import PluginKit
import Testing

@testable import JenkinsPlugin

@Suite struct JenkinsWebhookTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/Jenkins/webhooks")

    struct Golden: Codable, Equatable {
        var events: [SourceEvent]?
        var ignored: String?
    }

    static func bodies() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false)).sorted()
            .filter { !$0.hasSuffix(".golden.json") }
    }

    static func parse(
        _ body: Data, type: String = "application/json;charset=UTF-8", headers: [(name: String, value: String)] = []
    ) throws -> ParsedDelivery {
        let delivery = WebhookDelivery(headers: [("content-type", type)] + headers, body: body)
        return try JenkinsWebhook().parse(VerifiedDelivery(verified: delivery, event: ""))
    }

    @Test(arguments: try JenkinsWebhookTests.bodies())
    func `each delivery of the folder gives the events of its golden file`(file: String) throws {
        let body = Self.folder.appending(path: file)
        let name = body.deletingPathExtension().lastPathComponent
        let type = body.pathExtension == "form" ? "application/x-www-form-urlencoded" : "application/json"
        let parsed = try Self.parse(Data(contentsOf: body), type: type)
        let found = Golden(events: parsed.events.isEmpty ? nil : parsed.events, ignored: parsed.ignored)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let shown = String(decoding: try encoder.encode(found), as: UTF8.self)
        let golden = try? Data(contentsOf: Self.folder.appending(path: "\(name).golden.json"))
        let expected = try golden.map { try JSONDecoder().decode(Golden.self, from: $0) }
        #expect(found == expected, "\(name).golden.json should be, if this is right:\n\(shown)")
    }

    @Test func `the folder holds the cases that the plugin is known to send`() throws {
        #expect(try Self.bodies().count >= 24)
    }

    static let notJSON = PayloadError.notJSON("its text breaks JSON's rules")
    static let xml = PayloadError.notJSON("it is XML: choose the format JSON at the endpoint's settings in Jenkins")
    static let faults: [(body: String, type: String, error: PayloadError)] = [
        ("", "application/json", notJSON), ("{", "application/json", notJSON), ("no", "text/plain", notJSON),
        (String(repeating: "[", count: 100_000), "application/json", notJSON),
        ("<?xml version=\"1.0\"?><job><name>web</name></job>", "application/xml;charset=UTF-8", xml),
        ("\n<job/>", "application/json", xml), ("{}", "text/xml", xml),
        (
            "a=b", "application/x-www-form-urlencoded",
            .notJSON("a form without the field 'payload', or one that is badly encoded")
        ),
        ("[]", "application/json", .unexpectedShape("the payload has another type than expected")),
        ("{}", "application/json", .unexpectedShape("'build' is missing or no object")),
        (#"{"build":[]}"#, "application/json", .unexpectedShape("'build' is missing or no object")),
        (#"{"build":{}}"#, "application/json", .unexpectedShape("'build.phase' is missing")),
        (
            #"{"url":"view/all/","build":{"phase":"COMPLETED","status":"SUCCESS"}}"#, "application/json",
            .unexpectedShape("'url' is missing or no job's path")
        ),
        (
            #"{"url":"job/%ff/","build":{"phase":"COMPLETED","status":"SUCCESS"}}"#, "application/json",
            .unexpectedShape("'url' is missing or no job's path")
        ),
    ]

    @Test(arguments: faults.indices)
    func `a body that is no notification is refused with the reason`(index: Int) throws {
        let fault = Self.faults[index]
        #expect(throws: fault.error) { try Self.parse(Data(fault.body.utf8), type: fault.type) }
    }

    @Test func `a CloudEvent in headers is known for one`() throws {
        let parsed = try Self.parse(Data(#"{"status":"x"}"#.utf8), headers: [("Ce-Type", "org.jenkinsci.job.started")])
        #expect(parsed.ignored?.contains("'org.jenkinsci.job.started'") == true)
    }

    @Test func `hostile and huge names are texts like others`() throws {
        for name in ["$(id)", "--upload-pack=x", "a\nb", "\u{202e}x", String(repeating: "n", count: 1 << 20)] {
            let segment = try #require(name.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
            let body = #"{"url":"job/\#(segment)/","build":{"phase":"COMPLETED","status":"SUCCESS"}}"#
            #expect(try Self.parse(Data(body.utf8)).events.first?.repository == name)
        }
        let phase = String(repeating: "p", count: 1 << 20)
        let body = Data(#"{"build":{"phase":"\#(phase)"}}"#.utf8)
        #expect(try #require(try Self.parse(body).ignored).count < 200)
    }

    @Test func `the gate is told that the secret stands in Authorization and that there is no delivery id`() {
        let webhook = JenkinsWebhook()
        #expect(webhook.name == "Jenkins" && webhook.signature == .authorization)
        #expect(webhook.deliveryIDHeaders.isEmpty && webhook.eventHeaders.isEmpty && webhook.unsignedEvents.isEmpty)
    }

    @Test func `parsing a usual notification takes microseconds`() throws {
        let body = try Data(contentsOf: Self.folder.appending(path: "completed.json"))
        var best = Duration.seconds(1)
        for _ in 0..<20 {
            let time = try ContinuousClock().measure { for _ in 0..<20 { _ = try Self.parse(body) } }
            best = min(best, time / 20)
        }
        try Self.say("parsing completed.json: \(best) (\(body.count) bytes)")
        #expect(best < .milliseconds(2))
    }

    static func say(_ text: String) throws {
        try FileHandle.standardError.write(contentsOf: Data("\(text)\n".utf8))
    }
}
