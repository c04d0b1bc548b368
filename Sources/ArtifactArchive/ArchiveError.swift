import Foundation
import Glibc

/// Why a folder could not be packed or an archive not be unpacked; every case names the place.
///
/// Thrown by `ArchivePacker` and `ArchiveUnpacker`, which leave nothing behind when they throw. All but `cancelled`
/// and `system` come again when the same input is tried again.
package enum ArchiveError: Error, Equatable {
    /// The caller's cancellation check said yes.
    case cancelled
    /// The operating system refused an operation: a full disk, a missing folder, a permission.
    case system(doing: String, path: String, code: Int32)

    // Packing
    case unpackableName(path: String, fault: NameFault)
    case specialFile(path: String, kind: String)
    case changedWhilePacking(path: String)
    case outputInsideFolder(output: String, folder: String)

    // Both
    case duplicateName(entry: String)
    /// A name lies below an entry that is a file.
    case entryBelowFile(entry: String, file: String)

    // Unpacking: the archive as a whole
    case notAnArchive(reason: String)
    case folderNotEmpty(path: String)
    case tooManyEntries(count: UInt64, limit: Int)
    case tooLarge(size: UInt64, limit: Int64)
    case ratioTooHigh(size: UInt64, archive: Int64, limit: Int)

    // Unpacking: one entry
    case unsafeName(entry: String, fault: NameFault)
    case caseClash(entry: String, other: String)
    case linkLeadsOut(entry: String, target: String)
    case linkChainTooLong(entry: String)
    case entryBelowLink(entry: String, link: String)
    case specialEntry(entry: String, kind: String)
    case encrypted(entry: String)
    case unsupportedMethod(entry: String, method: UInt16)
    case headersDisagree(entry: String, about: String)
    case overlap(entry: String)
    case truncated(entry: String)
    case damaged(entry: String)
    case sizeMismatch(entry: String, declared: UInt64)
    case checksumMismatch(entry: String)

    /// The failure that `errno` tells of, taken before another call can change it.
    static func system(_ doing: String, _ path: String) -> ArchiveError {
        .system(doing: doing, path: path, code: errno)
    }

    static func system(_ doing: String, _ path: some Sequence<UInt8>) -> ArchiveError {
        .system(doing: doing, path: text(path), code: errno)
    }

    /// A name for a message; bytes that are no UTF-8 show as replacement characters.
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: Array(bytes), as: UTF8.self)
    }
}
