import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import PenstockServer

/// One story, told by five hosts (and the two forms of Bitbucket): the same events but for ids and links.
@Suite struct CrossHostTests {
    static let tellers: [any Storyteller] = [
        GitHubStory(), GitLabStory(), GiteaStory(), BitbucketStory(), BitbucketServerStory(),
    ]

    struct Row: CustomTestStringConvertible, Sendable {
        let teller: any Storyteller
        let chapter: Story.Chapter
        var testDescription: String { "\(teller.scheme): \(chapter.rawValue)" }

        /// What it comes to; nothing where the host stays silent: by AWS's rule, only a merge closes at Bitbucket.
        var facts: [Facts] {
            if teller.scheme == "Bitbucket", chapter == .closed { return [] }
            return zip(Story.events(chapter), Story.paths(chapter)).map { Facts($0, paths: $1) }
        }
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

    private static func facts(_ events: [SourceEvent]) -> [Facts] {
        events.map { Facts($0.change, paths: $0.changedPaths?.sorted()) }
    }

    @Test(arguments: rows) func `a chapter gives the same events, and what isn't told is unknown`(row: Row) throws {
        let events = try Self.events(row)
        let unknown = row.teller.unknown(row.chapter)
        #expect(Self.facts(events) == row.facts.map { $0.without(unknown) })
        for event in events {
            #expect(event.repository.lowercased() == Story.repository)
            #expect(event.sender?.id.contains("\(Story.sender)") == true, "the sender is the account's own id")
            #expect(event.unresolved == (unknown.contains(.fullIDs) ? .fullCommitID : nil))
        }
    }

    @Test(arguments: rows) func `the host's API tells what its payload leaves unknown`(row: Row) async throws {
        let told = try await StoryHosts.with { server, host in
            let connection = row.teller.connection(to: server)
            let resolver = try #require(Hosts.modules.eventResolvers.first { $0.provider == row.teller.scheme })
            var told: [SourceEvent] = []
            for event in try Self.events(row) {
                let resolved = try await resolver.resolve(event, on: connection, host: host)
                #expect(resolved.count == 1)
                for event in resolved {
                    told.append(try await resolver.enriched(event, on: connection, host: host))
                }
            }
            return told
        }
        let untellable = row.teller.untellable(row.chapter)
        #expect(Self.facts(told) == row.facts.map { $0.without(Set(untellable.keys)) })
        #expect(told.allSatisfy { $0.unresolved == nil })
        // The table names nothing that isn't missing.
        #expect(untellable.isEmpty || row.facts.isEmpty || Self.facts(told) != row.facts)
    }
}
