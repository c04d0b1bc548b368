import Foundation
import PipelineEngine

/// The rows of what was made by API calls. Both kinds of storage have them.
protocol RegistryRows {
    func record(_ kind: RegistryEntry.Kind, _ name: String) throws -> Data?
    func count(_ kind: RegistryEntry.Kind) throws -> Int
    mutating func apply(_ change: RegistryChange, at now: Double) throws
}

extension RegistryRows {
    /// - Throws: ``RegistryConflict``, ``RegistryFull``. Called for all changes before the first is applied.
    func check(_ change: RegistryChange) throws {
        switch change {
        case .expect(let kind, let name, let expected):
            guard try record(kind, name) == expected else { throw RegistryConflict(kind: kind, name: name) }
        case .fewer(let kind, let limit):
            guard try count(kind) < limit else { throw RegistryFull(kind: kind, limit: limit) }
        case .put, .remove: break
        }
    }
}
