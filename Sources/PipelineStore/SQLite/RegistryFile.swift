package import Foundation
import GRDB
package import PipelineEngine

/// The registry of a data folder, read from outside: a gateway may be running on it.
package enum RegistryFile {
    /// Empty where no gateway has ever run, or none that keeps a registry.
    ///
    /// - Throws: ``LedgerError`` when the ledger can't be read.
    package static func entries(_ kind: RegistryEntry.Kind, in folder: URL) throws -> [RegistryEntry] {
        let path = folder.appending(path: "ledger.sqlite").path
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        var configuration = Configuration()
        configuration.readonly = true
        do {
            let file = try DatabaseQueue(path: path, configuration: configuration)
            defer { try? file.close() }
            return try file.read { database in
                guard try database.tableExists("registry") else { return [] }
                return try LedgerReader(database: database).registered(kind)
            }
        } catch {
            throw LedgerError(storage: error)
        }
    }
}
