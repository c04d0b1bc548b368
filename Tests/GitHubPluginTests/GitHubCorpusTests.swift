import Crypto
import Foundation
import PipelineModel
import PluginKit
import Testing

@testable import GitHubPlugin

/// Against the payloads that PENSTOCK_CORPUS holds; says so where it holds none.
@Suite struct GitHubCorpusTests {
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

    static func entries() throws -> [(entry: Entry, body: Data)] {
        guard let root = ProcessInfo.processInfo.environment["PENSTOCK_CORPUS"] else {
            try say("corpus: skipped, PENSTOCK_CORPUS is not set")
            return []
        }
        let corpus = URL(filePath: root)
        let index = try Data(contentsOf: corpus.appending(path: "webhooks/INDEX.json"))
        let entries = try JSONDecoder().decode([Entry].self, from: index).filter { $0.provider == "github" }
        try #require(!entries.isEmpty)
        return try entries.map { ($0, try Data(contentsOf: corpus.appending(path: $0.file))) }
    }

    struct Row {
        var payloads = 0
        var kinds: [String: Int] = [:]
    }

    @Test func `each payload gives events or a stated reason`() throws {
        var table: [String: Row] = [:]
        for (entry, body) in try Self.entries() {
            let parsed = try GitHubWebhookTests.parse(body, event: entry.event)
            #expect(parsed.events.isEmpty == (parsed.ignored != nil), "\(entry.file)")
            #expect(entry.event != "push" || parsed.events.count == 1, "\(entry.file): \(parsed.ignored ?? "")")
            table[entry.event, default: Row()].payloads += 1
            for kind in parsed.events.map(Self.kind) { table[entry.event, default: Row()].kinds[kind, default: 0] += 1 }
            if ProcessInfo.processInfo.environment["PENSTOCK_CORPUS_TABLE"] != nil {
                try say("\(entry.event)\t\(entry.file.split(separator: "/").last ?? "")\t\(Self.line(parsed))")
            }
        }
        for (event, row) in table.sorted(by: { $0.key < $1.key }) {
            let kinds = row.kinds.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            let rest = row.payloads - row.kinds.values.reduce(0, +)
            let all = kinds + (rest > 0 ? ["\(rest) ignored with a reason"] : [])
            try say("corpus: GitHub \(event): \(row.payloads) payloads, \(all.joined(separator: ", "))")
        }
    }

    @Test func `the recorded signatures are those of the bodies`() throws {
        var checked = 0
        for (entry, body) in try Self.entries() {
            for signature in entry.signatures ?? [] {
                let key = SymmetricKey(data: Data(signature.secret.utf8))
                let digest: any Sequence<UInt8> =
                    signature.header.hasSuffix("-256")
                    ? HMAC<SHA256>.authenticationCode(for: body, using: key)
                    : HMAC<Insecure.SHA1>.authenticationCode(for: body, using: key)
                let hex = digest.map { String(format: "%02x", $0) }.joined()
                #expect(signature.value.split(separator: "=").last.map(String.init) == hex, "\(entry.file)")
                checked += 1
            }
        }
        try say("corpus: \(checked) signatures of GitHub's checked")
    }

    private static func kind(_ event: SourceEvent) -> String {
        switch event.change {
        case .branchPushed: "branch pushed"
        case .branchDeleted: "branch deleted"
        case .tagPushed: event.unresolved == nil ? "tag pushed" : "tag pushed, commit open"
        case .tagDeleted: "tag deleted"
        case .pullRequest(let pullRequest): "pull request \(pullRequest.event.rawValue)"
        case .buildCompleted(let build): "build \(build.status.rawValue)"
        case .release(let release): "release \(release.action)"
        case .refsChanged: "refs changed"
        }
    }

    private static func line(_ parsed: ParsedDelivery) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let events = parsed.events.compactMap { try? encoder.encode($0) }.map { String(decoding: $0, as: UTF8.self) }
        return parsed.ignored ?? events.joined(separator: "\t")
    }
}

func say(_ text: String) throws { try FileHandle.standardError.write(contentsOf: Data("\(text)\n".utf8)) }
