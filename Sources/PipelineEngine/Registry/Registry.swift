package import Foundation

/// What exists beside pipelines and was made by API calls: webhooks, connections, their hosts, custom action types.
///
/// Few and small: all of one kind are read at once. Who writes a kind gives its records their form, as JSON; a form
/// that was written once stays readable. Secrets in them are sealed.
package protocol Registry: Sendable {
    /// Those of a kind, by name, as committed.
    func registered(_ kind: RegistryEntry.Kind) async throws -> [RegistryEntry]

    /// Writes all or nothing, in one transaction. Putting replaces; removing what isn't there is no error.
    ///
    /// - Throws: ``RegistryConflict`` when an expectation isn't met, ``RegistryFull``, ``LedgerError``; nothing was
    ///   written.
    func change(registry changes: [RegistryChange]) async throws
}

package struct RegistryEntry: Sendable, Equatable {
    /// Stored by its raw value: never renamed.
    package enum Kind: String, Sendable, CaseIterable {
        case webhook, connection, connectionHost, actionType
        /// When a webhook last started its pipeline: `updated` is that moment, the record says nothing.
        case webhookTrigger
        /// A hook at a host that this gateway has made there, or has tried to.
        case hookRegistration
    }

    package var kind: Kind
    package var name: String
    package var record: Data
    /// Seconds since 1970 of the last change; set by the ledger.
    package var updated: Double

    package init(kind: Kind, name: String, record: Data, updated: Double = 0) {
        self.kind = kind
        self.name = name
        self.record = record
        self.updated = updated
    }
}

package enum RegistryChange: Sendable, Equatable {
    case put(RegistryEntry)
    case remove(RegistryEntry.Kind, name: String)
    /// Nothing is written unless the entry holds exactly this now; `nil`: unless there is none.
    case expect(RegistryEntry.Kind, name: String, record: Data?)
    /// Nothing is written unless there are fewer entries of the kind now.
    case fewer(RegistryEntry.Kind, than: Int)
}

/// There are as many entries of a kind as are allowed.
package struct RegistryFull: Error, Sendable, Equatable, CustomStringConvertible {
    package var kind: RegistryEntry.Kind
    package var limit: Int

    package init(kind: RegistryEntry.Kind, limit: Int) {
        self.kind = kind
        self.limit = limit
    }

    package var description: String { "there are \(limit) entries of the kind \(kind.rawValue) already" }
}

/// Somebody else has changed the entry since it was read. Read it again and decide anew.
package struct RegistryConflict: Error, Sendable, Equatable, CustomStringConvertible {
    package var kind: RegistryEntry.Kind
    package var name: String

    package init(kind: RegistryEntry.Kind, name: String) {
        self.kind = kind
        self.name = name
    }

    package var description: String { "the \(kind.rawValue) '\(name)' was changed by somebody else at the same time" }
}
