import Foundation
import GRDB
import PipelineEngine

/// JSON in and out of the ledger's blobs. One for each thread: the coders aren't shared.
struct RecordCoding {
    private let encoder = RecordEncoder()
    private let decoder = JSONDecoder()

    func blob(_ value: some Encodable) throws -> Data { try encoder.encode(value) }

    /// - Parameter place: table and key, for the error.
    /// - Throws: ``LedgerError/unreadable(_:)``.
    func value<Value: Decodable>(
        _ type: Value.Type, from blob: Data, at place: @autoclosure () -> String
    ) throws -> Value {
        do {
            return try decoder.decode(type, from: blob)
        } catch {
            throw LedgerError.unreadable("\(place()): \(Self.summary(of: error))")
        }
    }

    /// Where decoding stopped, without the values: a message holds no content.
    private static func summary(of error: any Error) -> String {
        guard let error = error as? DecodingError else { return "it cannot be decoded" }
        switch error {
        case .keyNotFound(let key, _): return "\(key.stringValue) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return "\(path(context)) is not what this version expects"
        case .dataCorrupted(let context):
            return context.codingPath.isEmpty ? "it is not JSON" : "\(path(context)) has an unknown value"
        @unknown default: return "it cannot be decoded"
        }
    }

    private static func path(_ context: DecodingError.Context) -> String {
        context.codingPath.isEmpty ? "it" : context.codingPath.map(\.stringValue).joined(separator: ".")
    }
}

extension LedgerError {
    /// An error of the storage in the ledger's words. Statements' arguments never get into it.
    init(storage error: any Error) {
        switch error {
        case let error as LedgerError: self = error
        case let error as DatabaseError:
            let remedy: String =
                switch error.resultCode {
                case .SQLITE_FULL, .SQLITE_IOERR: "; free space on the data folder's disk, and look at the disk itself"
                case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN: "; the data folder must be writable"
                default: ""
                }
            self = .storageFailed(
                "\(error.message ?? "SQLite error") (code \(error.extendedResultCode.rawValue))\(remedy)")
        case is EncodingError: self = .storageFailed("a value cannot be written as JSON")
        default: self = .storageFailed(String(describing: type(of: error)))
        }
    }
}
