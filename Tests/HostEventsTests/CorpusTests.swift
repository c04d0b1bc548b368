import Foundation
import PipelineModel
import PluginKit
import Testing

/// Every payload that others have published gives events or a stated reason, never an error.
@Suite struct CorpusTests {
    private struct Entry: Decodable {
        struct Signature: Decodable {
            let header: String
            let value: String
            let secret: String
        }

        let file: String
        let provider: String
        let event: String
        let header: [String: String]
        let eventFrom: String
        let signatures: [Signature]?

        enum CodingKeys: String, CodingKey {
            case file, provider, event, header, signatures
            case eventFrom = "event_from"
        }
    }

    /// The module's scheme for a folder of the corpus.
    private static let schemes = [
        "github": "GitHub", "gitlab": "GitLab", "gitea": "Gitea", "forgejo": "Gitea", "bitbucket-cloud": "Bitbucket",
        "bitbucket-dc": "BitbucketServer",
    ]

    private static func corpus() -> URL? {
        guard let path = ProcessInfo.processInfo.environment["PENSTOCK_CORPUS"] else {
            print("SKIPPED: the corpus of webhooks; set PENSTOCK_CORPUS to its folder to run it")
            return nil
        }
        return URL(filePath: path)
    }

    @Test func `each payload gives events or a reason, and the table of them all is written`() throws {
        guard let corpus = Self.corpus() else { return }
        let entries = try JSONDecoder().decode(
            [Entry].self, from: Data(contentsOf: corpus.appending(path: "webhooks/INDEX.json")))
        #expect(entries.count > 600)
        var table: [String] = []
        var counts: [String: (events: Int, ignored: Int)] = [:]
        for entry in entries {
            let scheme = try #require(Self.schemes[entry.provider])
            let body = try Data(contentsOf: corpus.appending(path: entry.file))
            let isForm = body.starts(with: Data("payload=".utf8))
            var headers = entry.header.map { (name: $0.key, value: $0.value) }
            headers.append(("Content-Type", isForm ? "application/x-www-form-urlencoded" : "application/json"))
            let outcome = try Hosts.take(body, headers: headers, by: scheme)
            let key = "\(entry.provider) \(entry.event)"
            switch outcome {
            case .parsed(let parsed):
                let words = parsed.ignored.map { ["ignored: \($0)"] } ?? parsed.events.map(Self.words)
                #expect(!words.isEmpty, "\(entry.file) gave nothing and no reason")
                counts[key, default: (0, 0)].events += parsed.events.count
                counts[key, default: (0, 0)].ignored += parsed.ignored == nil ? 0 : 1
                table += words.map { "\(entry.file)\t\(entry.event)\t\($0)" }
            case .refused(let reason): Issue.record("\(entry.file) was refused: \(reason)")
            case .unreadable(let reason): Issue.record("\(entry.file) (\(entry.eventFrom)) can't be read: \(reason)")
            }
        }
        print("corpus: \(entries.count) payloads")
        for (key, count) in counts.sorted(by: { $0.key < $1.key }) {
            print("corpus: \(key): \(count.events) events, \(count.ignored) ignored")
        }
        if let path = ProcessInfo.processInfo.environment["PENSTOCK_TABLE"] {
            try table.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
        }
    }

    /// GitLab's token is the secret itself and stands in the header; the others sign.
    @Test func `each recorded signature is let in, and no other secret is`() throws {
        guard let corpus = Self.corpus() else { return }
        let entries = try JSONDecoder().decode(
            [Entry].self, from: Data(contentsOf: corpus.appending(path: "webhooks/INDEX.json")))
        var checked = 0
        for entry in entries {
            let scheme = try #require(Self.schemes[entry.provider])
            let body = try Data(contentsOf: corpus.appending(path: entry.file))
            let isForm = body.starts(with: Data("payload=".utf8))
            for signature in entry.signatures ?? [] {
                // A host that sends an older digest beside: nothing is let in by it.
                let isOld = signature.value.hasPrefix("sha1=")
                var headers = entry.header.map { (name: $0.key, value: $0.value) }
                headers.append((signature.header, signature.value))
                headers.append(("Content-Type", isForm ? "application/x-www-form-urlencoded" : "application/json"))
                let right = try Hosts.take(body, headers: headers, by: scheme, secret: signature.secret)
                if case .refused(let reason) = right { #expect(isOld, "\(entry.file) \(signature.header): \(reason)") }
                if case .parsed = right { #expect(!isOld, "\(entry.file): SHA-1 was let in") }
                guard case .refused = try Hosts.take(body, headers: headers, by: scheme, secret: "another") else {
                    Issue.record("\(entry.file): another secret's signature was let in")
                    continue
                }
                checked += 1
            }
        }
        print("corpus: \(checked) signatures checked")
        #expect(checked >= 38)
    }

    private static func words(_ event: SourceEvent) -> String {
        let open = event.unresolved.map { " (open: \($0))" } ?? ""
        let by = event.sender.map { " by \($0.id)" } ?? ""
        return
            "\(event.repository): \(words(event.change))\(by), paths \(event.changedPaths.map { "\($0.count)" } ?? "?")"
            + open
    }

    private static func words(_ change: SourceEvent.Change) -> String {
        switch change {
        case .branchPushed(let branch, let before, let after, let forced):
            "branch \(branch) \(before?.prefix(8) ?? "new")→\(after.prefix(8)) forced \(forced.map { "\($0)" } ?? "?")"
        case .branchDeleted(let branch, let before): "branch \(branch) deleted at \(before?.prefix(8) ?? "?")"
        case .tagPushed(let tag, let commit): "tag \(tag) at \(commit.prefix(8))"
        case .tagDeleted(let tag): "tag \(tag) deleted"
        case .pullRequest(let request):
            "pull request \(request.number) \(request.event.rawValue) \(request.sourceBranch)→\(request.targetBranch) "
                + "head \(request.head.prefix(12)) merged \(request.merged.map { "\($0)" } ?? "?") "
                + "fork \(request.fromFork.map { "\($0)" } ?? "?")"
        case .buildCompleted(let build): "build \(build.job) \(build.number ?? "?") \(build.status.rawValue)"
        case .release(let release): "release \(release.tag) \(release.action)"
        case .refsChanged: "refs changed"
        }
    }
}
