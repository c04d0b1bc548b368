import Foundation

/// An archive that has passed every check that can be made before writing: what to make, in which order.
struct UnpackPlan {
    /// In the order of the archive, so that it is read from front to back.
    private(set) var files: [ArchiveEntry] = []
    private(set) var links: [(path: [UInt8], target: [UInt8])] = []
    /// Those that no entry names included, each after the one it lies in.
    let folders: [NameLedger.Known]
    let size: Int64
    let entryCount: Int

    init(_ input: ArchiveInput, limits: ArchiveLimits) throws(ArchiveError) {
        let entries = try ArchiveDirectory(input, limits: limits).entries()
        size = try Self.totalSize(of: entries, archive: input.size, limits: limits)
        entryCount = entries.count
        var names = NameLedger(refusesCaseClashes: limits.caseClashes == .refuse)
        for entry in entries { try names.add(entry.path, kind: entry.kind, mode: entry.mode) }
        folders = names.folders
        let reader = EntryReader(input)
        // Nothing is written of a folder's entry, but its local header must agree like the others'.
        for entry in entries where entry.kind == .folder { try reader.read(entry) { _ in } }
        files = entries.filter { $0.kind == .file }
        links = try Self.targets(of: entries.filter { $0.kind == .link }, with: reader)
        try LinkCheck(targets: Dictionary(uniqueKeysWithValues: links.map { ($0.path, $0.target) })).check()
    }

    /// Declared sizes; `EntryReader` sees to it that the real ones are not larger.
    private static func totalSize(
        of entries: [ArchiveEntry], archive: UInt64, limits: ArchiveLimits
    ) throws(ArchiveError) -> Int64 {
        var total: UInt64 = 0
        for entry in entries {
            let (sum, overflows) = total.addingReportingOverflow(entry.size)
            total = overflows ? .max : sum
        }
        guard total <= UInt64(clamping: limits.totalSize) else { throw .tooLarge(size: total, limit: limits.totalSize) }
        guard total <= UInt64(clamping: limits.ratioFloor) || total / UInt64(max(limits.ratio, 1)) <= archive else {
            throw .ratioTooHigh(size: total, archive: Int64(archive), limit: limits.ratio)
        }
        return Int64(total)
    }

    private static func targets(
        of links: [ArchiveEntry], with reader: EntryReader
    ) throws(ArchiveError) -> [(path: [UInt8], target: [UInt8])] {
        var result: [(path: [UInt8], target: [UInt8])] = []
        for link in links {
            guard link.size <= UInt64(LinkCheck.longestTarget) else {
                throw .linkLeadsOut(entry: link.name, target: "a target of \(link.size) bytes")
            }
            var target: [UInt8] = []
            try reader.read(link) { piece throws(ArchiveError) in target += piece }
            result.append((link.path, target))
        }
        return result
    }
}
