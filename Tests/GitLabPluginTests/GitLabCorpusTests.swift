import Foundation
import PipelineModel
import PluginKit
import Testing

@testable import GitLabPlugin

@Suite struct GitLabCorpusTests {
    private struct Entry: Decodable {
        let file: String
        let provider: String
        let event: String
        let header: [String: String]
    }

    @Test func `each GitLab payload of the corpus gives events or a stated reason`() throws {
        guard let root = ProcessInfo.processInfo.environment["PENSTOCK_CORPUS"] else {
            return try say("corpus: GitLab skipped, PENSTOCK_CORPUS is not set")
        }
        let corpus = URL(filePath: root)
        let index = try Data(contentsOf: corpus.appending(path: "webhooks/INDEX.json"))
        let entries = try JSONDecoder().decode([Entry].self, from: index).filter { $0.provider == "gitlab" }
        #expect(!entries.isEmpty)
        var counts: [String: (payloads: Int, events: Int)] = [:]
        var table = ""
        for entry in entries {
            let parsed = try GitLabWebhookTests.parse(
                Data(contentsOf: corpus.appending(path: entry.file)), event: entry.header["X-Gitlab-Event"] ?? "")
            #expect(parsed.events.isEmpty == (parsed.ignored != nil), "\(entry.file)")
            if ["push", "tag_push", "system:push", "system:tag_push", "release"].contains(entry.event) {
                #expect(parsed.events.count == 1, "\(entry.file): \(parsed.ignored ?? "")")
            }
            counts[entry.event, default: (0, 0)].payloads += 1
            counts[entry.event, default: (0, 0)].events += parsed.events.count
            table += Self.row(entry.file, entry.event, parsed)
        }
        let file = FileManager.default.temporaryDirectory.appending(path: "penstock-corpus-gitlab.txt")
        try Data(table.utf8).write(to: file)
        for (event, count) in counts.sorted(by: { $0.key < $1.key }) {
            try say("corpus: GitLab \(event): \(count.payloads) payloads, \(count.events) events")
        }
        try say("corpus: GitLab \(entries.count) payloads; the table is \(file.path(percentEncoded: false))")
    }

    private static func row(_ file: String, _ event: String, _ parsed: ParsedDelivery) -> String {
        let what = parsed.ignored.map { "ignored: \($0)" } ?? parsed.events.map { "\($0)" }.joined(separator: " | ")
        return "\(event)\t\(file.split(separator: "/").last ?? "")\t\(what)\n"
    }

    private func say(_ text: String) throws { try FileHandle.standardError.write(contentsOf: Data("\(text)\n".utf8)) }
}
