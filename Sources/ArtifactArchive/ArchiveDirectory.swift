import Foundation

/// Finds and reads the directory at the end of an archive.
///
/// What an archive's directory says decides; local headers must agree with it. Bytes before the first entry (a
/// self-extractor) are allowed, bytes after the comment are not: two readers must not see two archives.
struct ArchiveDirectory {
    private let input: ArchiveInput
    private let limits: ArchiveLimits
    /// Bytes before the archive proper, to be added to every offset in it.
    private var prefix: UInt64 = 0
    private var start: UInt64 = 0
    private var size: UInt64 = 0
    private var count: UInt64 = 0

    /// A directory is held in memory: what `limits.entries` full names would need, at most this.
    private static let largest: UInt64 = 128 << 20

    init(_ input: ArchiveInput, limits: ArchiveLimits) throws(ArchiveError) {
        self.input = input
        self.limits = limits
        let (end, endOffset) = try Self.findEnd(input)
        guard end.uint16(4) == 0, end.uint16(6) == 0 || end.uint16(6) == Zip.full16 else {
            throw .notAnArchive(reason: "it is one part of several")
        }
        count = UInt64(end.uint16(10))
        size = UInt64(end.uint32(12))
        var offset = UInt64(end.uint32(16))
        var directoryEnd = endOffset
        if let (wide, wideOffset) = try Self.findZip64End(input, before: endOffset) {
            (count, size, offset) = (wide.uint64(32), wide.uint64(40), wide.uint64(48))
            directoryEnd = wideOffset
        }
        guard size <= directoryEnd, offset <= directoryEnd - size else {
            throw .notAnArchive(reason: "its directory lies outside of the file")
        }
        start = directoryEnd - size
        prefix = start - offset
    }

    /// All entries but the root folder, sorted by their place in the file, with the room that each has.
    func entries() throws(ArchiveError) -> [ArchiveEntry] {
        guard count <= UInt64(limits.entries) else { throw .tooManyEntries(count: count, limit: limits.entries) }
        guard size <= Self.largest, let bytes = try input.bytes(at: start, count: Int(size)) else {
            throw .notAnArchive(reason: "its directory of \(size) bytes can't be read")
        }
        var reader = ByteReader(bytes)
        var result: [ArchiveEntry] = []
        result.reserveCapacity(Int(count))
        for number in 0..<count {
            guard let header = CentralHeader(&reader) else {
                throw .notAnArchive(reason: "record \(number + 1) of its directory is damaged")
            }
            guard var entry = try ArchiveEntry(header, limits: limits) else { continue }
            let (offset, overflows) = entry.offset.addingReportingOverflow(prefix)
            guard !overflows, offset < start else { throw .truncated(entry: entry.name) }
            entry.offset = offset
            result.append(entry)
        }
        guard reader.bytes.isEmpty else {
            throw .notAnArchive(reason: "its directory holds more than the \(count) entries that it declares")
        }
        return try placed(result)
    }

    /// Gives each entry the place where the next begins as its limit: quoted entries and shared data overlap.
    private func placed(_ entries: [ArchiveEntry]) throws(ArchiveError) -> [ArchiveEntry] {
        var sorted = entries.sorted { $0.offset < $1.offset }
        for index in sorted.indices {
            let isLast = index + 1 == sorted.count
            sorted[index].limit = isLast ? start : sorted[index + 1].offset
            let entry = sorted[index]
            let room = entry.limit - entry.offset
            let header = UInt64(Zip.localHeaderSize + entry.rawName.count)
            guard header <= room, entry.compressedSize <= room - header else {
                throw isLast ? .truncated(entry: entry.name) : .overlap(entry: entry.name)
            }
        }
        return sorted
    }

    /// The end record is the one whose comment reaches exactly to the end of the file.
    private static func findEnd(_ input: ArchiveInput) throws(ArchiveError) -> (ByteReader, UInt64) {
        let count = Int(min(input.size, UInt64(Zip.endSize + Int(Zip.full16))))
        guard count >= Zip.endSize, let tail = try input.bytes(at: input.size - UInt64(count), count: count) else {
            throw .notAnArchive(reason: "it is shorter than an empty archive")
        }
        for offset in stride(from: count - Zip.endSize, through: 0, by: -1) where tail[offset] == 0x50 {
            let record = ByteReader(tail[offset..<(offset + Zip.endSize)])
            guard record.uint32(0) == Zip.end, Int(record.uint16(20)) == count - offset - Zip.endSize else { continue }
            return (record, input.size - UInt64(count - offset))
        }
        throw .notAnArchive(reason: "it has no end record; it may be cut off or something else")
    }

    private static func findZip64End(
        _ input: ArchiveInput, before end: UInt64
    ) throws(ArchiveError) -> (ByteReader, UInt64)? {
        let (locatorSize, recordSize) = (UInt64(Zip.zip64LocatorSize), UInt64(Zip.zip64EndSize))
        guard end >= locatorSize + recordSize,
            let locator = try input.bytes(at: end - locatorSize, count: Zip.zip64LocatorSize),
            ByteReader(locator).uint32(0) == Zip.zip64Locator
        else { return nil }
        let offset = end - locatorSize - recordSize
        guard let bytes = try input.bytes(at: offset, count: Zip.zip64EndSize),
            ByteReader(bytes).uint32(0) == Zip.zip64End
        else { throw .notAnArchive(reason: "its 64-bit end record is not where it should be") }
        return (ByteReader(bytes), offset)
    }
}
