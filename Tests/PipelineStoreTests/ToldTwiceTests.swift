import PipelineEngine
import PipelineModel
import Testing

@testable import PipelineStore

/// A change that is told of more than once starts a pipeline as often as it has happened.
@Suite struct ToldTwiceTests {
    /// Who tells of what, and whether that starts the pipeline. `a-b` is a push, `a-` a deletion, `look` a look at the
    /// refs; `tag:c` is a tag, `pull:CLOSED` a pull request's event, of which only the closing starts something.
    struct Story: Sendable, CustomTestStringConvertible {
        let name: String
        let tellings: [(teller: String, change: String, starts: Bool)]
        var testDescription: String { name }

        init(_ name: String, _ tellings: String) {
            self.name = name
            self.tellings = tellings.split(separator: ", ").map { telling in
                let words = telling.split(separator: " ").map(String.init)
                return (words[0], words[1], words[2] == "+")
            }
        }
    }

    static let stories = [
        Story("there, back, and there again", "h1 a-b +, h1 b-a +, h1 a-b +, h1 b-a +, h1 a-b +"),
        Story("again under another id", "h1 a-b +, h1 a-b -, h1 a-b -, h1 b-c +, h1 b-c -"),
        Story("by two hooks", "h1 a-b +, h2 a-b -, h2 b-c +, h1 b-c -"),
        Story("the second hook is late", "h1 a-b +, h1 b-a +, h2 a-b -, h2 b-a -"),
        Story("the second hook is later still", "h1 a-b +, h1 b-a +, h1 a-b +, h2 a-b -, h2 b-a -, h2 a-b -"),
        Story("the hooks take turns", "h1 a-b +, h2 a-b -, h2 b-a +, h1 b-a -, h1 a-b +, h2 a-b -, h2 b-a +"),
        Story("one hook out of order", "h1 b-a +, h1 a-b +, h2 a-b -, h2 b-a -"),
        Story("three hooks", "h1 a-b +, h2 a-b -, h1 b-a +, h3 a-b -, h3 b-a -, h2 b-a -, h3 a-b +, h1 a-b -"),
        Story("a retry between others' words", "h1 a-b +, h2 a-b -, h2 b-c +, h1 a-b -, h1 b-c -"),
        Story("a look was first", "look a-b +, h1 a-b -, h1 b-a +, look b-a -, h1 a-b +"),
        Story("looks alone", "look a-b +, look b-a +, look a-b +"),
        Story("a look finds it back", "h1 a-b +, look b-a +, h1 b-a -, h1 a-b +"),
        Story("deleted and made again", "h1 -b +, h1 b- -, h1 -b +, h2 -b -, h2 b- -, h2 -b -"),
        Story("a tag, moved and deleted", "h1 tag:c +, h2 tag:c -, h1 tag:d +, h1 tag:c +, h1 tag: -, h1 tag:c +"),
        Story(
            "a pull request, reopened",
            "h1 pull:OPEN -, h1 pull:CLOSED +, h1 pull:OPEN -, h1 pull:CLOSED +, h1 pull:CLOSED -, "
                + "h2 pull:OPEN -, h2 pull:CLOSED -, h2 pull:OPEN -, h2 pull:CLOSED -"),
        Story("more than is kept", (0..<40).map { "h1 \($0)-\($0 + 1) +" }.joined(separator: ", ") + ", h1 0-1 +"),
    ]

    @Test(arguments: LedgerKind.allCases, stories)
    func `it starts a pipeline as often as it has happened`(_ kind: LedgerKind, _ story: Story) async throws {
        try await LedgerProbe.use(kind) { probe in
            _ = try await probe.ledger.perform(.sample(), on: "app")
            for (place, telling) in story.tellings.enumerated() {
                probe.clock.advance(1)
                var delivery = Delivery.sample("d\(place)", .events([Self.event(telling.change)]))
                delivery.hook = HookID(telling.teller)
                if telling.teller == "look" { (delivery.hook, delivery.origin) = ("h1", .refs) }
                let receipt = try await probe.ledger.record(delivery, match: Self.match)
                #expect(
                    (receipt.decisions.first?.started != nil) == telling.starts,
                    "\(place): \(telling.teller) \(telling.change): \(receipt.decisions.map(\.reason))")
            }
        }
    }

    private static func event(_ change: String) -> SourceEvent {
        func commit(_ text: some StringProtocol) -> String? { text.isEmpty ? nil : String(text) }
        let parts = change.split(separator: ":", omittingEmptySubsequences: false)
        let what: SourceEvent.Change
        switch parts[0] {
        case "tag": what = commit(parts[1]).map { .tagPushed(tag: "v1", commit: $0) } ?? .tagDeleted(tag: "v1")
        case "pull":
            what = .pullRequest(
                SourceEvent.PullRequest(
                    event: PullRequestEvent(rawValue: String(parts[1])) ?? .updated, number: 7, sourceBranch: "topic",
                    targetBranch: "main", head: "c1"))
        default:
            let ends = change.split(separator: "-", omittingEmptySubsequences: false).map { commit($0) }
            what =
                ends[1].map { .branchPushed(branch: "main", before: ends[0], after: $0, forced: nil) }
                ?? .branchDeleted(branch: "main", before: ends[0])
        }
        return SourceEvent(repository: "acme/app", change: what)
    }

    @Sendable private static func match(_ event: SourceEvent, _ binding: SourceBinding) -> MatchVerdict {
        switch event.change {
        case .branchPushed, .tagPushed: break
        case .pullRequest(let request) where request.event == .closed: break
        default: return .no(reason: "it starts nothing")
        }
        return .starts(
            StartRequest(trigger: ExecutionTrigger(type: .webhookV2), input: StartInput(sourceRevisions: [])))
    }

    @Test func `a hook's word that may be news is left to the next look at the refs`() async throws {
        try await LedgerProbe.use(.sqlite) { probe in
            _ = try await probe.ledger.perform(.sample(), on: "app")
            let repository = WatchedRepository(
                connection: ConnectionARN(PipelineDeclaration.connection), repository: "acme/app")
            func look(_ commit: String) async throws -> RefLookOutcome {
                var delivery = Delivery.pushed("look \(probe.clock.now)", nil, "")
                delivery.origin = .refs
                probe.clock.advance(1)
                return try await probe.desk.record(
                    RefLook(
                        repository: repository, name: "acme/app", basis: try await probe.desk.watchRefs(of: repository),
                        seen: ["refs/heads/main": commit], ripe: nil, delivery: delivery), match: matchBranch)
            }
            _ = try await look("a")
            // The hook misses both of these.
            #expect(try await look("b").receipt?.decisions.first?.started != nil)
            #expect(try await look("a").receipt?.decisions.first?.started != nil)
            // This one is as well a late word of the first as news.
            let word = try await probe.ledger.record(.pushed("d1", "a", "b"), match: matchBranch)
            #expect(word.decisions.first?.started == nil)
            #expect(try await look("b").receipt?.decisions.first?.started != nil)
            #expect(try await look("b").receipt == nil)
        }
    }

    @Test func `a story keeps the last moves, at least two of them however long`() {
        var story = ChangeStory()
        func tell(_ name: String) {
            _ = story.tell(name, by: "h:1", at: 1000)
            story.note(.init(occurrence: 1, execution: "e"), of: "app/Source", by: name)
            story.forget(before: 0)
        }
        for number in 0..<100 { tell("move \(number)") }
        #expect((10..<40).contains(story.moves.count) && story.text.utf8.count < 2500)
        #expect(story.moves.last?.name == "move 99")
        for name in ["x", "y", "z"] { tell(String(repeating: name, count: 2000)) }
        #expect(story.moves.map { $0.name.prefix(1) } == ["y", "z"])
    }

    /// Which a crash in between must not tell from one that was never closed.
    @Test func `what was told is known after a restart`() async throws {
        let folder = try TemporaryFolder()
        for life in 0..<2 {
            let ledger = try await openLedger(in: folder)
            if life == 0 { _ = try await ledger.perform(.sample("app"), on: "app") }
            var delivery = Delivery.pushed("d\(life)", "a", "b")
            delivery.hook = HookID("h\(life)")
            let starts = try await ledger.record(delivery, match: matchBranch)
            #expect((starts.decisions.first?.started != nil) == (life == 0), "\(starts.decisions)")
            try await ledger.close()
        }
    }

    @Test func `a story is read as it was written, and what can't be read is forgotten`() {
        var story = ChangeStory()
        for (place, name) in ["2:ab", "", "ü:9\n"].enumerated() {
            _ = story.tell(name, by: "h:1", at: Double(1000 + place))
            story.note(.init(occurrence: 1, execution: "e"), of: "app/Source", by: name)
        }
        #expect(ChangeStory(story.text) == story)
        var younger = story
        younger.forget(before: 1001)
        #expect(younger.moves.map(\.name) == ["", "ü:9\n"])
        for junk in ["", "x", "9:a", "-1:a", "1:a1:", "11111111-2222-3333-4444-555555555555", "1:a1:11:9"] {
            #expect(ChangeStory(junk).moves.isEmpty, "\(junk)")
        }
        #expect(ChangeStory(String(story.text.dropLast())).moves.count == 2)
    }
}
