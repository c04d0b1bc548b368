import Foundation
import PipelineModel
import PluginKit
import Testing

/// One story, told by five hosts (and the two forms of Bitbucket): the same events but for ids and links.
@Suite struct CrossHostTests {
    static let tellers: [any Storyteller] = [
        GitHubStory(), GitLabStory(), GiteaStory(), BitbucketStory(), BitbucketServerStory(),
    ]

    struct Row: CustomTestStringConvertible, Sendable {
        let teller: any Storyteller
        let chapter: Story.Chapter
        var testDescription: String { "\(teller.scheme): \(chapter.rawValue)" }
    }

    static let rows = tellers.flatMap { teller in Story.Chapter.allCases.map { Row(teller: teller, chapter: $0) } }

    private static func events(_ row: Row) throws -> [SourceEvent] {
        var events: [SourceEvent] = []
        for telling in row.teller.tell(row.chapter) {
            let body = try JSONSerialization.data(withJSONObject: telling.body)
            let headers = [
                (name: row.teller.eventHeader, value: telling.event),
                (name: "Content-Type", value: "application/json"),
            ]
            switch try Hosts.take(body, headers: headers, by: row.teller.scheme) {
            case .parsed(let parsed): events += parsed.events
            case .refused(let reason), .unreadable(let reason): Issue.record("\(row.testDescription): \(reason)")
            }
        }
        return events
    }

    @Test(arguments: rows) func `a chapter gives the same events, and what isn't told is unknown`(row: Row) throws {
        let events = try Self.events(row)
        // AWS's rule for this host: only a merge closes.
        let isSilent = row.teller.scheme == "Bitbucket" && row.chapter == .closed
        let expected = isSilent ? [] : Story.events(row.chapter)
        #expect(events.count == expected.count)
        for (event, change) in zip(events, expected) {
            #expect(event.repository.lowercased() == Story.repository)
            #expect(event.sender?.id.contains("\(Story.sender)") == true, "the sender is the account's own id")
            #expect(event.unresolved == (row.teller.unknown(row.chapter).contains(.fullHead) ? .fullCommitID : nil))
            let told = Facts(event.change)
            let wanted = Facts(change).without(row.teller.unknown(row.chapter))
            #expect(told == wanted)
        }
    }
}

/// What stays the same of a change whoever tells it.
private struct Facts: Equatable {
    var kind: String
    var name: String
    var before: String?
    var after: String?
    var forced: Bool?
    var request: [String] = []
    var merged: Bool?

    init(_ change: SourceEvent.Change) {
        switch change {
        case .branchPushed(let branch, let before, let after, let forced):
            (kind, name, self.before, self.after, self.forced) = ("branch", branch, before, after, forced)
        case .branchDeleted(let branch, let before):
            (kind, name, self.before) = ("branch deleted", branch, before)
        case .tagPushed(let tag, let commit): (kind, name, after) = ("tag", tag, commit)
        case .tagDeleted(let tag): (kind, name) = ("tag deleted", tag)
        case .pullRequest(let request):
            (kind, name, after, merged) = (
                "pull request", "\(request.number)", request.head, request.merged == true
            )
            self.request = [
                request.event.rawValue, request.sourceBranch, request.targetBranch,
                request.sourceRepository?.lowercased() ?? "?", request.fromFork.map { "\($0)" } ?? "?",
            ]
        case .buildCompleted, .release, .refsChanged: (kind, name) = ("other", "")
        }
    }

    /// With what a payload doesn't hold taken away.
    func without(_ unknown: Set<Fact>) -> Facts {
        var facts = self
        if unknown.contains(.forced) { facts.forced = nil }
        if unknown.contains(.lastCommit) { facts.before = nil }
        if unknown.contains(.fullHead) { facts.after = facts.after.map { String($0.prefix(12)) } }
        return facts
    }
}
