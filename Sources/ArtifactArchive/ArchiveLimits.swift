/// How much an archive may ask of the machine that unpacks it.
package struct ArchiveLimits: Sendable, Equatable {
    /// What to do with names that differ only by case or Unicode form.
    package enum CaseClashes: Sendable, Equatable {
        /// The default: such a tree can't be unpacked on every machine.
        case refuse
        /// For trees that are known to need it on a case-sensitive disk, such as the Linux kernel's.
        case accept
    }

    package var entries: Int
    /// Bytes of all entries together, unpacked.
    package var totalSize: Int64
    /// How many times larger than the archive its content may be; deflate itself can reach 1,032.
    package var ratio: Int
    /// Content up to this size is not measured against `ratio`.
    package var ratioFloor: Int64
    /// Bytes of one entry's name.
    package var pathLength: Int
    package var caseClashes: CaseClashes

    package init(
        entries: Int = 200_000, totalSize: Int64 = 64 << 30, ratio: Int = 200, ratioFloor: Int64 = 256 << 20,
        pathLength: Int = 1_024, caseClashes: CaseClashes = .refuse
    ) {
        self.entries = entries
        self.totalSize = totalSize
        self.ratio = ratio
        self.ratioFloor = ratioFloor
        self.pathLength = pathLength
        self.caseClashes = caseClashes
    }

    package static let `default` = ArchiveLimits()
}
