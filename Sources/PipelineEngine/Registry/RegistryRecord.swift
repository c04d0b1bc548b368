package import Foundation

/// What a kind of registry entry holds. Members are only ever added, as optional ones: what was written once stays
/// readable.
package protocol RegistryRecord: Codable, Sendable, Equatable {
    static var kind: RegistryEntry.Kind { get }
    /// The entry's name: unique in its kind.
    var key: String { get }
}

/// A record and the bytes that it was read from, by which a change is told that nobody came between.
package struct Registered<Record: RegistryRecord>: Sendable {
    package let record: Record
    package let bytes: Data
    /// Seconds since 1970 of the last change.
    package let updated: Double

    package init(_ entry: RegistryEntry) throws {
        do {
            record = try JSONDecoder().decode(Record.self, from: entry.record)
        } catch {
            throw LedgerError.unreadable("the \(entry.kind.rawValue) '\(entry.name)'")
        }
        bytes = entry.record
        updated = entry.updated
    }
}

extension RegistryRecord {
    /// The bytes are the same for the same record.
    package func entry() throws -> RegistryEntry {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return RegistryEntry(kind: Self.kind, name: key, record: try encoder.encode(self))
    }
}

extension Registry {
    /// All records of a kind, by name.
    ///
    /// - Throws: ``LedgerError``, `unreadable` for a record that a later version wrote.
    package func all<Record: RegistryRecord>(_ type: Record.Type) async throws -> [Registered<Record>] {
        try await registered(type.kind).map { try Registered<Record>($0) }
    }

    /// Writes a record in the place of what was read; of `nil`, where there was none.
    ///
    /// - Throws: ``RegistryConflict`` when somebody else has changed it meanwhile.
    package func put<Record: RegistryRecord>(_ record: Record, over former: Registered<Record>?) async throws {
        try await change(registry: [
            .expect(Record.kind, name: record.key, record: former?.bytes), .put(try record.entry()),
        ])
    }

    /// Writes a new record if there are fewer than `limit` of its kind: however many do so at once, no more than that
    /// come to be.
    ///
    /// - Throws: ``RegistryFull``; ``RegistryConflict`` when there is one of its name, or an expectation isn't met.
    package func add<Record: RegistryRecord>(
        _ record: Record, upTo limit: Int, expecting more: [RegistryChange] = []
    ) async throws {
        try await change(
            registry: more + [
                .expect(Record.kind, name: record.key, record: nil), .fewer(Record.kind, than: limit),
                .put(try record.entry()),
            ])
    }
}

extension Registry {
    /// Takes away what was read.
    ///
    /// - Throws: ``RegistryConflict`` when somebody else has changed it meanwhile.
    package func forget<Record: RegistryRecord>(_ former: Registered<Record>) async throws {
        try await change(registry: [
            .expect(Record.kind, name: former.record.key, record: former.bytes),
            .remove(Record.kind, name: former.record.key),
        ])
    }
}
