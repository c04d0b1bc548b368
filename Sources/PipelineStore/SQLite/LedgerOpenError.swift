/// Why a ledger can't be opened: each names the place and the remedy.
package enum LedgerOpenError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Another process works on the data folder.
    case locked(folder: String, holder: String?)
    /// A later version of Penstock has written it.
    case newer(path: String, found: Int, known: Int)
    case unusable(path: String, reason: String)

    package var description: String {
        switch self {
        case .locked(let folder, let holder):
            """
            the data folder \(folder) is in use by another penstock\(holder.map { " (process \($0))" } ?? ""): stop \
            it, or name another data folder
            """
        case .newer(let path, let found, let known):
            """
            the ledger \(path) has schema \(found), this penstock knows schemas up to \(known): run the version that \
            wrote it, or a later one
            """
        case .unusable(let path, let reason): "cannot use \(path): \(reason)"
        }
    }
}
