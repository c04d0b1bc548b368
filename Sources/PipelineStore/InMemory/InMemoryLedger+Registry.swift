import Foundation
package import PipelineEngine

extension InMemoryLedger: Registry {
    package func registered(_ kind: RegistryEntry.Kind) async throws -> [RegistryEntry] {
        read { rows in rows.registry.values.filter { $0.kind == kind }.sorted { $0.name < $1.name } }
    }

    package func change(registry changes: [RegistryChange]) async throws {
        let now = clock()
        try write { session in
            for change in changes { try session.rows.check(change) }
            for change in changes { try session.rows.apply(change, at: now) }
        }
    }
}

extension MemoryRows {
    func record(_ kind: RegistryEntry.Kind, _ name: String) -> Data? {
        registry[RegistryKey(kind: kind, name: name)]?.record
    }

    func count(_ kind: RegistryEntry.Kind) -> Int { registry.keys.count { $0.kind == kind } }

    mutating func apply(_ change: RegistryChange, at now: Double) throws {
        switch change {
        case .put(var entry):
            entry.updated = now
            registry[RegistryKey(kind: entry.kind, name: entry.name)] = entry
        case .remove(let kind, let name): registry[RegistryKey(kind: kind, name: name)] = nil
        case .expect, .fewer: break
        }
    }
}
