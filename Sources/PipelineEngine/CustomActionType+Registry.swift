import Foundation
import PipelineModel

extension Registry {
    /// Those that were made here, deleted ones included, by their ids.
    ///
    /// - Throws: ``LedgerError``.
    package func customActionTypes() async throws -> [CustomActionType] {
        try await registered(.actionType).map(CustomActionType.init)
    }

    package func put(_ type: CustomActionType) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let entry = RegistryEntry(kind: .actionType, name: type.id.description, record: try encoder.encode(type))
        try await change(registry: [.put(entry)])
    }
}

extension CustomActionType {
    /// - Throws: ``LedgerError/unreadable(_:)``.
    package init(_ entry: RegistryEntry) throws {
        do {
            self = try JSONDecoder().decode(CustomActionType.self, from: entry.record)
        } catch {
            throw LedgerError.unreadable("the action type \(entry.name): \(error)")
        }
    }
}
