import Foundation
package import PipelineEngine
import Synchronization

/// The ledger's registry, which tells those who keep a picture of it in memory of each change, before whoever made the
/// change gets an answer. All changes go through it.
package final class ObservedRegistry: Registry {
    package typealias Observer = @Sendable () async -> Void

    private let base: any Registry
    private let observers = Mutex<[(kinds: Set<RegistryEntry.Kind>, tell: Observer)]>([])

    package init(_ base: any Registry) { self.base = base }

    /// - Parameter tell: may be called several times at once; reads the registry anew.
    package func observe(_ kinds: Set<RegistryEntry.Kind>, _ tell: @escaping Observer) {
        observers.withLock { $0.append((kinds, tell)) }
    }

    package func registered(_ kind: RegistryEntry.Kind) async throws -> [RegistryEntry] {
        try await base.registered(kind)
    }

    package func change(registry changes: [RegistryChange]) async throws {
        try await base.change(registry: changes)
        let changed = Set(changes.compactMap(\.changedKind))
        for observer in observers.withLock({ $0 }) where !observer.kinds.isDisjoint(with: changed) {
            await observer.tell()
        }
    }
}

extension RegistryChange {
    fileprivate var changedKind: RegistryEntry.Kind? {
        switch self {
        case .put(let entry): entry.kind
        case .remove(let kind, _): kind
        case .expect, .fewer: nil
        }
    }
}
