import Foundation
import PipelineModel
import PluginKit
import Testing

@testable import GiteaPlugin
@testable import WebhookIntake

@Suite struct GiteaCorpusTests {
    private struct Entry: Decodable {
        struct Signature: Decodable {
            let header: String
            let value: String
            let secret: String
        }
        let file: String
        let provider: String
        let event: String
        let signatures: [Signature]?
    }

    @Test func `each Gitea and Forgejo payload of the corpus gives events or a stated reason`() throws {
        guard let root = ProcessInfo.processInfo.environment["PENSTOCK_CORPUS"] else {
            return try say("corpus: Gitea and Forgejo skipped, PENSTOCK_CORPUS is not set")
        }
        let corpus = URL(filePath: root)
        let index = try Data(contentsOf: corpus.appending(path: "webhooks/INDEX.json"))
        let entries = try JSONDecoder().decode([Entry].self, from: index)
            .filter { ["gitea", "forgejo", "gogs"].contains($0.provider) }
        #expect(!entries.isEmpty)
        var counts: [String: (payloads: Int, events: Int)] = [:]
        var table = ""
        var signatures = 0
        for entry in entries {
            let body = try Data(contentsOf: corpus.appending(path: entry.file))
            let dialect = try #require(GiteaDialect(rawValue: entry.provider.capitalized))
            let parsed = try GiteaWebhookTests.parse(body, event: entry.event, dialect: dialect)
            #expect(parsed.events.isEmpty == (parsed.ignored != nil), "\(entry.file)")
            if ["push", "release"].contains(entry.event) {
                #expect(parsed.events.count == 1, "\(entry.file): \(parsed.ignored ?? "")")
            }
            for signature in entry.signatures ?? [] {
                signatures += 1
                try check(signature, of: body, entry.file)
            }
            counts["\(entry.provider) \(entry.event)", default: (0, 0)].payloads += 1
            counts["\(entry.provider) \(entry.event)", default: (0, 0)].events += parsed.events.count
            let what = parsed.ignored.map { "ignored: \($0)" } ?? parsed.events.map { "\($0)" }.joined(separator: " | ")
            table += "\(entry.provider) \(entry.event)\t\(entry.file.split(separator: "/").last ?? "")\t\(what)\n"
        }
        let file = FileManager.default.temporaryDirectory.appending(path: "penstock-corpus-gitea.txt")
        try Data(table.utf8).write(to: file)
        for (event, count) in counts.sorted(by: { $0.key < $1.key }) {
            try say("corpus: \(event): \(count.payloads) payloads, \(count.events) events")
        }
        let path = file.path(percentEncoded: false)
        try say("corpus: Gitea, Forgejo: \(entries.count) payloads, \(signatures) signatures; the table is \(path)")
        #expect(signatures > 0)
    }

    /// The gate takes the recorded signature with its secret, and no other.
    private func check(_ signature: Entry.Signature, of body: Data, _ file: String) throws {
        let delivery = WebhookDelivery(headers: [(signature.header, signature.value)], body: body)
        #expect(GateProbe.complaint(delivery, secret: signature.secret) == nil, "\(file)")
        #expect(GateProbe.complaint(delivery, secret: signature.secret + "x") != nil, "\(file)")
        let changed = WebhookDelivery(headers: [(signature.header, signature.value)], body: body + Data(" ".utf8))
        #expect(GateProbe.complaint(changed, secret: signature.secret) != nil, "\(file)")
    }

    private func say(_ text: String) throws { try FileHandle.standardError.write(contentsOf: Data("\(text)\n".utf8)) }
}
