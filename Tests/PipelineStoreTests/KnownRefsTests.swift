import Foundation
import PipelineEngine
import PipelineModel
import Testing

@testable import PipelineStore

/// What a look at a repository's refs makes of what deliveries have told.
@Suite struct KnownRefsTests {
    private static let repository = WatchedRepository(
        connection: ConnectionARN(PipelineDeclaration.connection), repository: "acme/app")

    @Test(
        arguments: [
            ("a", [], "a", .nothingNew), ("a", [], "b", .moved(from: "a")), ("a", [], nil, .moved(from: "a")),
            (nil, [], nil, .nothingNew), (nil, [], "a", .moved(from: nil)),
            ("a", ["b"], "b", .toldOf), ("a", ["c", "b"], "c", .toldOf), ("a", ["b"], "c", .moved(from: "b")),
            ("a", ["b"], "a", .moved(from: "b")), ("a", ["-"], nil, .toldOf), ("a", ["-"], "b", .moved(from: nil)),
            ("a", ["b", "a"], "a", .toldOf),
        ] as [(String?, [String], String?, KnownRef.Finding)])
    func `what was told is no news, and what came back unheard is`(
        commit: String?, told: [String], seen: String?, finding: KnownRef.Finding
    ) {
        #expect(KnownRef(commit: commit, told: told).finding(seen) == finding)
    }

    private func look(
        _ probe: LedgerProbe, _ seen: [String: String], basis: KnownRefs? = nil, ripe: [String: String]? = nil
    ) async throws -> RefLookOutcome {
        let known = try await probe.desk.watchRefs(of: Self.repository)
        var delivery = Delivery.sample("refs-\(UUID())", .events([]), body: Data())
        delivery.origin = .refs
        delivery.connection = ConnectionARN(PipelineDeclaration.connection)
        return try await probe.desk.record(
            RefLook(
                repository: Self.repository, name: "acme/app", basis: basis ?? known, seen: seen, ripe: ripe,
                delivery: delivery), match: matchBranch)
    }

    private func started(_ probe: LedgerProbe) async throws -> [String] {
        try await probe.ledger.executions(of: "app", before: nil, limit: 99).reversed().dropFirst()
            .flatMap(\.sourceRevisionOverrides).map(\.revisionValue)
    }

    @Test(arguments: LedgerKind.allCases)
    func `the first look starts nothing, the next ones what moved unheard, once`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            _ = try await probe.ledger.perform(.sample(), on: "app")
            #expect(try await look(probe, ["refs/heads/main": "a", "refs/heads/old": "x"]).receipt == nil)
            #expect(try await look(probe, ["refs/heads/main": "a", "refs/heads/old": "x"]).receipt == nil)
            let seen = ["refs/heads/main": "b", "refs/tags/v1": "b", "refs/notes/n": "q"]
            let receipt = try #require(try await look(probe, seen).receipt)
            #expect(try await started(probe) == ["b"])
            #expect(try await look(probe, seen).receipt == nil)
            let entry = try #require(try await probe.ledger.journalEntry(receipt.sequence))
            #expect(entry.origin == .refs && entry.outcome == "accepted" && entry.body?.isEmpty == true)
            #expect(
                entry.events?.map(\.change) == [
                    .branchPushed(branch: "main", before: "a", after: "b", forced: nil),
                    .branchDeleted(branch: "old", before: "x"), .tagPushed(tag: "v1", commit: "b"),
                ])
            let lone = try #require(try await look(probe, ["refs/heads/main": "b"]).receipt)
            #expect(
                try await probe.ledger.journalEntry(lone.sequence)?.events?.map(\.change) == [.tagDeleted(tag: "v1")])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `what a delivery told of is not found again`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            _ = try await probe.ledger.perform(.sample(), on: "app")
            _ = try await look(probe, ["refs/heads/main": "a"])
            _ = try await probe.ledger.record(.pushed("d1", "a", "b"), match: matchBranch)
            _ = try await probe.ledger.record(.pushed("d2", "b", "c"), match: matchBranch)
            #expect(try await look(probe, ["refs/heads/main": "c"]).receipt == nil)
            #expect(try await started(probe) == ["b", "c"])
            // Pushed back, and its delivery lost.
            #expect(try await look(probe, ["refs/heads/main": "b"]).receipt != nil)
            #expect(try await started(probe) == ["b", "c", "b"])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `a delivery that comes after the look starts nothing more, another one does`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            _ = try await probe.ledger.perform(.sample(), on: "app")
            _ = try await look(probe, ["refs/heads/main": "a"])
            let found = try #require(try await look(probe, ["refs/heads/main": "c"]).receipt)
            probe.clock.advance(ToldChange.window * 2)
            let late = try await probe.ledger.record(.pushed("d1", "b", "c"), match: matchBranch)
            #expect(late.decisions.map(\.reason).first?.contains("see delivery \(found.sequence)") == true)
            #expect(try await started(probe) == ["c"])
            _ = try await probe.ledger.record(.pushed("d2", "c", "d"), match: matchBranch)
            #expect(try await started(probe) == ["c", "d"])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `a look that a delivery has overtaken says nothing of that ref`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            _ = try await probe.ledger.perform(.sample(), on: "app")
            _ = try await look(probe, ["refs/heads/main": "a"])
            let basis = try await probe.desk.watchRefs(of: Self.repository)
            _ = try await probe.ledger.record(.pushed("d1", "a", "b"), match: matchBranch)
            #expect(try await look(probe, ["refs/heads/main": "a"], basis: basis).receipt == nil)
            #expect(try await look(probe, ["refs/heads/main": "b"], basis: basis).receipt == nil)
            #expect(try await look(probe, ["refs/heads/main": "b"]).receipt == nil)
            #expect(try await started(probe) == ["b"])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `a delivery during the very first look is not found again`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            _ = try await probe.ledger.perform(.sample(), on: "app")
            let basis = try await probe.desk.watchRefs(of: Self.repository)
            _ = try await probe.ledger.record(.pushed("d1", "a", "b"), match: matchBranch)
            #expect(try await look(probe, ["refs/heads/main": "a"], basis: basis).receipt == nil)
            #expect(try await look(probe, ["refs/heads/main": "b"]).receipt == nil)
            #expect(try await started(probe) == ["b"])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `a move is left to its delivery until it is ripe`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            _ = try await probe.ledger.perform(.sample(), on: "app")
            _ = try await look(probe, ["refs/heads/main": "a"])
            let first = try await look(probe, ["refs/heads/main": "b"], ripe: [:])
            #expect(first.receipt == nil && first.unripe == ["refs/heads/main": "b"])
            let moved = try await look(probe, ["refs/heads/main": "c"], ripe: first.unripe)
            #expect(moved.receipt == nil && moved.unripe == ["refs/heads/main": "c"])
            #expect(try await look(probe, ["refs/heads/main": "c"], ripe: moved.unripe).receipt != nil)
            #expect(try await started(probe) == ["c"])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `a repository that nobody names any more is forgotten`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            _ = try await probe.ledger.perform(.sample(), on: "app")
            _ = try await look(probe, ["refs/heads/main": "a"])
            try await probe.desk.forgetRefs(except: [Self.repository])
            #expect(try await probe.desk.watchRefs(of: Self.repository).refs.count == 1)
            try await probe.desk.forgetRefs(except: [])
            #expect(try await look(probe, ["refs/heads/main": "b"]).receipt == nil)
            #expect(try await started(probe).isEmpty)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `until when a host's log was read is kept`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            #expect(try await probe.desk.logReadUntil("h1", repository: "acme/app") == nil)
            for time in [5.0, 7] {
                try await probe.desk.noteLogRead("h1", repository: "acme/app", until: time)
            }
            #expect(try await probe.desk.logReadUntil("h1", repository: "acme/app") == 7)
            #expect(try await probe.desk.logReadUntil("h2", repository: "acme/app") == nil)
        }
    }
}
