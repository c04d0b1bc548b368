import CDeflate
import CZlib
import Foundation
import Glibc

/// Reads the content of entries and checks it against what was declared: one for each thread.
///
/// No entry ever gives more bytes than it declares, so that the limits on declared sizes are limits on real output.
final class EntryReader {
    /// Entries up to this size, compressed and not, are read in one go.
    private static let wholeSize = 2 << 20
    private static let pieceSize = 256 << 10
    /// What is read with a header at once: most extra fields fit.
    private static let extraRoom = 256

    private let input: ArchiveInput
    private let decompressor: OpaquePointer
    private let stream: UnsafeMutablePointer<z_stream>
    private let packed: UnsafeMutableRawBufferPointer
    private let plain: UnsafeMutableRawBufferPointer

    init(_ input: ArchiveInput) {
        self.input = input
        guard let decompressor = libdeflate_alloc_decompressor() else {
            preconditionFailure("libdeflate has no memory")
        }
        self.decompressor = decompressor
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let code = inflateInit2_(stream, -MAX_WBITS, zlibVersion(), Int32(MemoryLayout<z_stream>.size))
        precondition(code == Z_OK, "zlib has no memory or another version than its header")
        packed = .allocate(byteCount: Self.wholeSize + 2 * Int(Zip.full16), alignment: 64)
        plain = .allocate(byteCount: Self.wholeSize, alignment: 64)
    }

    deinit {
        libdeflate_free_decompressor(decompressor)
        inflateEnd(stream)
        stream.deallocate()
        packed.deallocate()
        plain.deallocate()
    }

    /// Gives the content of `entry` to `sink`, in one or many pieces, and throws if it isn't what was declared.
    func read(
        _ entry: ArchiveEntry, into sink: (UnsafeRawBufferPointer) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        let isSmall = entry.size <= UInt64(Self.wholeSize) && entry.compressedSize <= UInt64(Self.wholeSize)
        let ahead = isSmall ? Int(entry.compressedSize) + Self.extraRoom : 0
        let wanted = Zip.localHeaderSize + entry.rawName.count + ahead
        let got = Int(min(UInt64(wanted), entry.limit - entry.offset))
        guard try input.read(at: entry.offset, into: part(packed, 0, got)) else { throw .truncated(entry: entry.name) }
        let dataOffset = try checkHeader(of: entry)
        let end = UInt64(dataOffset) + entry.compressedSize
        guard end <= entry.limit - entry.offset else { throw .overlap(entry: entry.name) }
        guard isSmall else {
            return try stream(entry, from: entry.offset + UInt64(dataOffset), into: sink)
        }
        let data = part(packed, dataOffset, Int(entry.compressedSize))
        if Int(end) > got {
            guard try input.read(at: entry.offset + UInt64(dataOffset), into: data) else {
                throw .truncated(entry: entry.name)
            }
        }
        try readWhole(entry, UnsafeRawBufferPointer(data), into: sink)
    }

    /// Compares the local header at the start of `packed` with the directory; returns where the data begins.
    private func checkHeader(of entry: ArchiveEntry) throws(ArchiveError) -> Int {
        let size = Zip.localHeaderSize
        let header = ByteReader(UnsafeRawBufferPointer(part(packed, 0, size)))
        guard header.uint32(0) == Zip.localHeader else {
            throw .headersDisagree(entry: entry.name, about: "place of the entry")
        }
        let nameSize = Int(header.uint16(26))
        guard nameSize == entry.rawName.count, part(packed, size, nameSize).elementsEqual(entry.rawName) else {
            throw .headersDisagree(entry: entry.name, about: "name")
        }
        guard header.uint16(6) & Zip.encryptedFlags == 0 else { throw .encrypted(entry: entry.name) }
        guard header.uint16(8) == entry.method else { throw .headersDisagree(entry: entry.name, about: "method") }
        try checkSizes(header, of: entry)
        return size + nameSize + Int(header.uint16(28))
    }

    /// Without a descriptor the local header must declare the same; 64-bit sizes stand in its extra field.
    private func checkSizes(_ header: ByteReader, of entry: ArchiveEntry) throws(ArchiveError) {
        if header.uint16(6) & Zip.descriptorFlag != 0 { return }
        let (compressed, size) = (header.uint32(18), header.uint32(22))
        guard compressed == Zip.full32 || UInt64(compressed) == entry.compressedSize,
            size == Zip.full32 || UInt64(size) == entry.size
        else { throw .headersDisagree(entry: entry.name, about: "size") }
        guard header.uint32(14) == entry.crc else { throw .headersDisagree(entry: entry.name, about: "CRC-32") }
    }

    private func readWhole(
        _ entry: ArchiveEntry, _ data: UnsafeRawBufferPointer,
        into sink: (UnsafeRawBufferPointer) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        var content = data
        if entry.method == Zip.deflated {
            var (used, made) = (0, 0)
            let result = libdeflate_deflate_decompress_ex(
                decompressor, data.baseAddress, data.count, plain.baseAddress, Int(entry.size), &used, &made)
            if result == LIBDEFLATE_INSUFFICIENT_SPACE { throw mismatch(entry) }
            guard result == LIBDEFLATE_SUCCESS, used == data.count else { throw .damaged(entry: entry.name) }
            guard made == Int(entry.size) else { throw mismatch(entry) }
            content = UnsafeRawBufferPointer(part(plain, 0, made))
        }
        guard UInt32(libdeflate_crc32(0, content.baseAddress, content.count)) == entry.crc else {
            throw .checksumMismatch(entry: entry.name)
        }
        try sink(content)
    }

    /// Reads a large entry piece by piece.
    private func stream(
        _ entry: ArchiveEntry, from start: UInt64,
        into sink: (UnsafeRawBufferPointer) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        var progress = Progress(isEnded: entry.method == Zip.stored)
        inflateReset(stream)
        while progress.read < entry.compressedSize {
            let count = Int(min(UInt64(Self.pieceSize), entry.compressedSize - progress.read))
            let piece = part(packed, 0, count)
            guard try input.read(at: start + progress.read, into: piece) else { throw .truncated(entry: entry.name) }
            progress.read += UInt64(count)
            if entry.method == Zip.stored {
                try progress.pass(UnsafeRawBufferPointer(piece), of: entry, to: sink)
            } else {
                try inflate(piece, of: entry, &progress, into: sink)
            }
        }
        guard progress.isEnded else { throw .damaged(entry: entry.name) }
        guard progress.written == entry.size else { throw mismatch(entry) }
        guard progress.crc == entry.crc else { throw .checksumMismatch(entry: entry.name) }
    }

    private struct Progress {
        var isEnded: Bool
        var read: UInt64 = 0
        var written: UInt64 = 0
        var crc: UInt32 = 0

        mutating func pass(
            _ bytes: UnsafeRawBufferPointer, of entry: ArchiveEntry,
            to sink: (UnsafeRawBufferPointer) throws(ArchiveError) -> Void
        ) throws(ArchiveError) {
            written += UInt64(bytes.count)
            guard written <= entry.size else { throw .sizeMismatch(entry: entry.name, declared: entry.size) }
            crc = UInt32(libdeflate_crc32(crc, bytes.baseAddress, bytes.count))
            try sink(bytes)
        }
    }

    private func inflate(
        _ piece: UnsafeMutableRawBufferPointer, of entry: ArchiveEntry, _ progress: inout Progress,
        into sink: (UnsafeRawBufferPointer) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        stream.pointee.next_in = piece.baseAddress?.assumingMemoryBound(to: Bytef.self)
        stream.pointee.avail_in = uInt(piece.count)
        repeat {
            // Bytes after the end of the stream belong to nothing.
            guard !progress.isEnded else { throw .damaged(entry: entry.name) }
            stream.pointee.next_out = plain.baseAddress?.assumingMemoryBound(to: Bytef.self)
            stream.pointee.avail_out = uInt(Self.pieceSize)
            let code = CZlib.inflate(stream, Z_NO_FLUSH)
            guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else {
                throw .damaged(entry: entry.name)
            }
            progress.isEnded = code == Z_STREAM_END
            let made = Self.pieceSize - Int(stream.pointee.avail_out)
            try progress.pass(UnsafeRawBufferPointer(part(plain, 0, made)), of: entry, to: sink)
        } while stream.pointee.avail_in > 0 || stream.pointee.avail_out == 0 && !progress.isEnded
    }

    private func mismatch(_ entry: ArchiveEntry) -> ArchiveError {
        .sizeMismatch(entry: entry.name, declared: entry.size)
    }

    private func part(
        _ buffer: UnsafeMutableRawBufferPointer, _ offset: Int, _ count: Int
    ) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: buffer[offset..<(offset + count)])
    }
}
