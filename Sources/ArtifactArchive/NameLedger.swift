import Foundation

/// Every name of one archive with the folders above it: finds duplicates, clashes and entries below a non-folder.
struct NameLedger {
    enum Kind: Equatable { case file, link, folder }

    /// One known path; a folder is `explicit` once an entry of its own has named it.
    struct Known {
        var path: [UInt8]
        var kind: Kind
        var isExplicit: Bool
        var mode: UInt16
    }

    /// What an implied folder gets, and a folder of an archive without Unix modes.
    static let folderMode: UInt16 = 0o755

    private let refusesCaseClashes: Bool
    private var known: [[UInt8]: Known] = [:]
    /// Entries mostly come sorted: the folders above the last one need no second look.
    private var lastFolder: ArraySlice<UInt8> = []

    init(refusesCaseClashes: Bool) {
        self.refusesCaseClashes = refusesCaseClashes
    }

    /// All folders, those that no entry names included, each after the one it lies in.
    var folders: [Known] {
        known.values.filter { $0.kind == .folder }.sorted { $0.path.lexicographicallyPrecedes($1.path) }
    }

    /// Adds an entry; `path` has passed `EntryName` and has no trailing slash.
    mutating func add(_ path: [UInt8], kind: Kind, mode: UInt16) throws(ArchiveError) {
        try addFolders(above: path)
        let new = Known(path: path, kind: kind, isExplicit: true, mode: mode)
        guard let old = known.updateValue(new, forKey: key(path)) else { return }
        guard old.path == path else { throw clash(path, old) }
        guard !old.isExplicit, kind == .folder else {
            // An implied folder is there because something lies below it; a file or link can't take its name.
            if old.isExplicit { throw .duplicateName(entry: ArchiveError.text(path)) }
            throw below(name: path + Array("/…".utf8), parent: new)
        }
    }

    private mutating func addFolders(above path: [UInt8]) throws(ArchiveError) {
        let folder = EntryName.split(path).folder
        if folder == lastFolder { return }
        lastFolder = folder
        var end = folder.startIndex
        while end < folder.endIndex {
            end = folder[(end + 1)...].firstIndex(of: EntryName.slash) ?? folder.endIndex
            try imply(Array(folder[..<end]), for: path)
        }
    }

    private mutating func imply(_ folder: [UInt8], for path: [UInt8]) throws(ArchiveError) {
        let key = key(folder)
        guard let old = known[key] else {
            known[key] = Known(path: folder, kind: .folder, isExplicit: false, mode: Self.folderMode)
            return
        }
        guard old.path == folder else { throw clash(folder, old) }
        guard old.kind == .folder else { throw below(name: path, parent: old) }
    }

    private func clash(_ path: [UInt8], _ old: Known) -> ArchiveError {
        .caseClash(entry: ArchiveError.text(path), other: ArchiveError.text(old.path))
    }

    private func below(name: [UInt8], parent: Known) -> ArchiveError {
        let (entry, parentName) = (ArchiveError.text(name), ArchiveError.text(parent.path))
        return parent.kind == .link
            ? .entryBelowLink(entry: entry, link: parentName) : .entryBelowFile(entry: entry, file: parentName)
    }

    /// Names that a file system may take for one another have the same key: case and Unicode form are folded.
    private func key(_ path: [UInt8]) -> [UInt8] {
        guard refusesCaseClashes else { return path }
        if path.allSatisfy({ $0 < 0x80 }) {
            return path.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
        }
        let text = String(decoding: path, as: UTF8.self).uppercased().lowercased()
        return Array(text.decomposedStringWithCanonicalMapping.utf8)
    }
}
