import CZlib
import Foundation

/// Puts the parts into the file in order and closes it with the directory. On one thread: order is all it is for.
struct ArchiveWriter {
    private let entries: [PackEntry]
    private var output: ArchiveOutput
    private var directory = ZipBytes()
    private var count: UInt64 = 0
    /// The large file whose parts are coming in.
    private var open: ZipRecord?

    init(entries: [PackEntry], output: ArchiveOutput) {
        self.entries = entries
        self.output = output
    }

    mutating func write(_ part: PackedPart) throws(ArchiveError) {
        switch part.content {
        case .entries(let packed): try write(part.bytes, packed)
        case .block(let block, let crc): try write(part.bytes, block, crc: crc)
        }
    }

    private mutating func write(_ bytes: [UInt8], _ packed: [PackedEntry]) throws(ArchiveError) {
        for entry in packed {
            add(
                ZipRecord(
                    entry: entries[entry.index], crc: entry.crc, method: entry.method,
                    compressedSize: UInt64(entry.compressedSize), offset: output.size + UInt64(entry.offsetInPart)))
        }
        try output.write(bytes)
    }

    private mutating func write(_ bytes: [UInt8], _ block: PackBlock, crc: UInt32) throws(ArchiveError) {
        var record: ZipRecord
        if let open {
            record = open
        } else {
            record = ZipRecord(
                entry: entries[block.entry], method: Zip.deflated, offset: output.size, hasDescriptor: true)
            try output.write(record.localHeader().bytes)
        }
        record.crc = UInt32(crc32_combine(uLong(record.crc), uLong(crc), block.length))
        record.compressedSize += UInt64(bytes.count)
        try output.write(bytes)
        open = block.isLast ? nil : record
        guard block.isLast else { return }
        try output.write(record.descriptor().bytes)
        add(record)
    }

    private mutating func add(_ record: ZipRecord) {
        directory.bytes += record.centralHeader().bytes
        count += 1
    }

    /// Writes the directory and makes the file final.
    mutating func finish() throws(ArchiveError) -> PackedArchive {
        let end = ZipEnd(count: count, directorySize: UInt64(directory.bytes.count), directoryOffset: output.size)
        try output.write(directory.bytes)
        try output.write(end.records().bytes)
        let sha256 = try output.publish()
        return PackedArchive(size: Int64(output.size), sha256: sha256, entryCount: entries.count)
    }
}
