import Foundation
import PipelineEngine
import PipelineModel
import Testing

@testable import PipelineStore

/// What every ledger does with what was made by API calls beside pipelines.
@Suite struct RegistryConformanceTests {
    private func entry(_ name: String, _ text: String = "{}", kind: RegistryEntry.Kind = .webhook) -> RegistryEntry {
        RegistryEntry(kind: kind, name: name, record: Data(text.utf8))
    }

    @Test(arguments: LedgerKind.allCases)
    func `entries of one kind are read by name, with the time of their last change`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let registry = try probe.board
            try await registry.change(registry: [
                .put(entry("b")), .put(entry("a", "1")), .put(entry("a", "2", kind: .connection)),
            ])
            probe.clock.advance(5)
            try await registry.change(registry: [.put(entry("b", "3"))])
            let hooks = try await registry.registered(.webhook)
            #expect(hooks.map(\.name) == ["a", "b"])
            #expect(hooks.map { String(decoding: $0.record, as: UTF8.self) } == ["1", "3"])
            #expect(hooks.map(\.updated) == [1000, 1005])
            #expect(try await registry.registered(.connection).map(\.name) == ["a"])
            #expect(try await registry.registered(.connectionHost).isEmpty)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `what is removed is gone, and removing it again is no error`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let registry = try probe.board
            try await registry.change(registry: [.put(entry("a")), .put(entry("a", kind: .connection))])
            for _ in 0..<2 { try await registry.change(registry: [.remove(.webhook, name: "a"), .put(entry("b"))]) }
            #expect(try await registry.registered(.webhook).map(\.name) == ["b"])
            #expect(try await registry.registered(.connection).map(\.name) == ["a"])
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `however many are added at once, no more than the limit come to be`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let registry = try probe.board
            try await registry.change(registry: [.put(entry("other", kind: .connection))])
            let refused = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        do {
                            try await registry.change(registry: [
                                .fewer(.webhook, than: 30), .put(entry("w\(number)")),
                            ])
                            return false
                        } catch let full as RegistryFull {
                            #expect(full == RegistryFull(kind: .webhook, limit: 30))
                            return true
                        }
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(refused == 10)
            #expect(try await registry.registered(.webhook).count == 30)
        }
    }

    @Test(arguments: LedgerKind.allCases)
    func `action types keep all that was said of them`(_ kind: LedgerKind) async throws {
        try await LedgerProbe.use(kind) { probe in
            let registry = try probe.board
            let details = CustomActionType.ArtifactDetails(minimumCount: 0, maximumCount: 5)
            var type = CustomActionType(
                category: .build, provider: "Worker", version: "1",
                settings: .init(entityUrlTemplate: "https://ci.example/{Config:Project}"),
                configurationProperties: [
                    .init(
                        name: "Project", required: true, key: true, secret: false, queryable: true, description: "d",
                        type: .string)
                ], inputArtifactDetails: details, outputArtifactDetails: details, tags: ["team": "a"])
            try await registry.put(type)
            #expect(try await registry.customActionTypes() == [type])
            #expect(try await registry.registered(.actionType).map(\.name) == ["Custom/Build/Worker/1"])
            type.isDeleted = true
            try await registry.put(type)
            #expect(try await registry.customActionTypes() == [type])
            try await registry.change(registry: [.put(entry("odd", "[]", kind: .actionType))])
            await #expect(throws: LedgerError.self) { try await registry.customActionTypes() }
        }
    }

    @Test func `the registry is there after a restart, and readable from outside while a gateway runs`() async throws {
        let folder = try TemporaryFolder()
        #expect(try RegistryFile.entries(.webhook, in: folder.url).isEmpty)
        let first = try await openLedger(in: folder)
        try await first.change(registry: [.put(entry("a", "1"))])
        #expect(try RegistryFile.entries(.webhook, in: folder.url).map(\.name) == ["a"])
        try await first.close()
        #expect(try RegistryFile.entries(.webhook, in: folder.url).map(\.name) == ["a"])
        let second = try await openLedger(in: folder)
        #expect(try await second.registered(.webhook).map(\.record) == [Data("1".utf8)])
        try await second.close()
        #expect(try RegistryFile.entries(.webhook, in: folder.url).map(\.updated) == [1000])
    }
}
