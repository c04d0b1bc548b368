import Crypto
import Foundation
import PipelineModel
import PluginKit
import Testing

@testable import BitbucketPlugin

/// Real payloads of others, where `PENSTOCK_CORPUS` points to them.
@Suite struct BitbucketCorpusTests {
    struct Entry: Decodable {
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

    private static func entries() throws -> (root: URL, entries: [Entry])? {
        guard let root = ProcessInfo.processInfo.environment["PENSTOCK_CORPUS"] else {
            try say("corpus: skipped, PENSTOCK_CORPUS is not set")
            return nil
        }
        let corpus = URL(filePath: root)
        let index = try Data(contentsOf: corpus.appending(path: "webhooks/INDEX.json"))
        let all = try JSONDecoder().decode([Entry].self, from: index)
        return (corpus, all.filter { $0.provider.hasPrefix("bitbucket") })
    }

    private static func say(_ text: String) throws {
        try FileHandle.standardError.write(contentsOf: Data("\(text)\n".utf8))
    }

    @Test func `each Bitbucket payload of the corpus gives events or a stated reason`() throws {
        guard let (root, entries) = try Self.entries() else { return }
        var counts: [String: (payloads: Int, events: Int, ignored: Int)] = [:]
        for entry in entries {
            let body = try Data(contentsOf: root.appending(path: entry.file))
            let parsed = try BitbucketWebhookTests.parse(
                body, event: entry.event, isCloud: entry.provider == "bitbucket-cloud")
            #expect(parsed.events.isEmpty == (parsed.ignored != nil), "\(entry.file)")
            var count = counts["\(entry.provider) \(entry.event)"] ?? (0, 0, 0)
            count.payloads += 1
            count.events += parsed.events.count
            count.ignored += parsed.ignored == nil ? 0 : 1
            counts["\(entry.provider) \(entry.event)"] = count
            try Self.table(entry, parsed)
        }
        #expect(!entries.isEmpty)
        for (name, count) in counts.sorted(by: { $0.key < $1.key }) {
            try Self.say(
                "corpus: \(name): \(count.payloads) payloads, \(count.events) events, \(count.ignored) ignored")
        }
    }

    /// What each payload gave, to be compared by eye, where `PENSTOCK_CORPUS_TABLE` says so.
    private static func table(_ entry: Entry, _ parsed: ParsedDelivery) throws {
        guard ProcessInfo.processInfo.environment["PENSTOCK_CORPUS_TABLE"] != nil else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let shown = String(decoding: try encoder.encode(parsed.events), as: UTF8.self)
        try say("table: \(entry.file)\t\(entry.event)\t\(parsed.ignored ?? shown)")
    }

    @Test func `the signatures of the corpus are over the exact bytes`() throws {
        guard let (root, entries) = try Self.entries() else { return }
        var checked = 0
        for entry in entries {
            for signature in entry.signatures ?? [] {
                let body = try Data(contentsOf: root.appending(path: entry.file))
                let code = HMAC<SHA256>.authenticationCode(
                    for: body, using: SymmetricKey(data: Data(signature.secret.utf8)))
                let digest = code.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
                #expect(
                    BitbucketServerWebhook().signature
                        == .hmacSHA256(header: signature.header, prefix: String(signature.value.prefix(7))))
                #expect(signature.value == "sha256=\(digest)", "\(entry.file)")
                checked += 1
            }
        }
        #expect(checked >= 18)
        try Self.say("corpus: \(checked) signatures of Bitbucket's verified")
    }
}
