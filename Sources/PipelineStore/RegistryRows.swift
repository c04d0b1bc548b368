import Foundation
import PipelineEngine

/// The rows of what was made by API calls. Both kinds of storage have them.
protocol RegistryRows {
    func record(_ kind: RegistryEntry.Kind, _ name: String) throws -> Data?
    mutating func apply(_ change: RegistryChange, at now: Double) throws
}

extension RegistryRows {
    /// - Throws: ``RegistryConflict``. Called for all changes before the first is applied.
    func check(_ change: RegistryChange) throws {
        guard case .expect(let kind, let name, let expected) = change else { return }
        guard try record(kind, name) == expected else { throw RegistryConflict(kind: kind, name: name) }
    }
}
