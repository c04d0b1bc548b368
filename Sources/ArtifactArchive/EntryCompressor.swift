import CDeflate
import Foundation
import Glibc

/// Reads and compresses jobs: one for each thread, with buffers that are used again and again.
final class EntryCompressor {
    /// What one thread may hold: its buffers, and two parts under way to the writer.
    static let memory = 5 * PackJobs.blockSize

    private let entries: [PackEntry]
    private let cursor: FolderCursor
    private let compressor: OpaquePointer
    private let input: UnsafeMutableRawBufferPointer
    private let seam = DeflateSeam()
    /// A part of nothing but zeros once compressed: disk images and other sparse files are full of them.
    private var zeros: (bytes: [UInt8], crc: UInt32)?

    init(entries: [PackEntry], root: Int32, level: Int) {
        self.entries = entries
        cursor = FolderCursor(root: root)
        guard let compressor = libdeflate_alloc_compressor(Int32(level)) else {
            preconditionFailure("libdeflate has no memory or knows no level \(level)")
        }
        self.compressor = compressor
        input = .allocate(byteCount: PackJobs.blockSize, alignment: 64)
    }

    deinit {
        libdeflate_free_compressor(compressor)
        input.deallocate()
    }

    func pack(_ job: PackJob) throws(ArchiveError) -> PackedPart {
        switch job {
        case .batch(let range): try pack(range)
        case .block(let block): try pack(block)
        }
    }

    private func pack(_ range: Range<Int>) throws(ArchiveError) -> PackedPart {
        let room = range.reduce(0) { sum, index in
            sum + Zip.localHeaderSize + entries[index].name.count + Int(entries[index].size)
        }
        var packed: [PackedEntry] = []
        let bytes = try fill(capacity: room) { output throws(ArchiveError) in
            var used = 0
            for index in range {
                let rest = UnsafeMutableRawBufferPointer(rebasing: output[used...])
                let entry = try packWhole(index, at: used, into: rest)
                packed.append(entry)
                used += Zip.localHeaderSize + entries[index].name.count + entry.compressedSize
            }
            return used
        }
        return PackedPart(bytes: bytes, content: .entries(packed))
    }

    /// Writes header and data of a small entry. Data that deflate doesn't shrink is stored.
    private func packWhole(
        _ index: Int, at offset: Int, into output: UnsafeMutableRawBufferPointer
    ) throws(ArchiveError) -> PackedEntry {
        let entry = entries[index]
        let headerSize = Zip.localHeaderSize + entry.name.count
        let count = try read(entry)
        var record = ZipRecord(entry: entry, crc: UInt32(libdeflate_crc32(0, input.baseAddress, count)))
        let data = UnsafeMutableRawBufferPointer(rebasing: output[headerSize...])
        // One byte less than the input: a result of the same length would be no gain.
        var size =
            entry.kind == .file && count > 1
            ? libdeflate_deflate_compress(compressor, input.baseAddress, count, data.baseAddress, count - 1) : 0
        if size > 0 {
            record.method = Zip.deflated
        } else {
            data.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[..<count]))
            size = count
        }
        record.compressedSize = UInt64(size)
        output.copyBytes(from: record.localHeader().bytes)
        return PackedEntry(
            index: index, offsetInPart: offset, crc: record.crc, method: record.method, compressedSize: size)
    }

    private func pack(_ block: PackBlock) throws(ArchiveError) -> PackedPart {
        let entry = entries[block.entry]
        let file = try cursor.open(entry)
        defer { close(file) }
        try read(file, of: entry, at: block.offset, count: block.length)
        let isZeros = !block.isLast && isAllZeros(block.length)
        if isZeros, let zeros { return PackedPart(bytes: zeros.bytes, content: .block(block, crc: zeros.crc)) }
        let crc = UInt32(libdeflate_crc32(0, input.baseAddress, block.length))
        let bytes = try deflate(block, of: entry)
        if isZeros { zeros = (bytes, crc) }
        return PackedPart(bytes: bytes, content: .block(block, crc: crc))
    }

    /// All parts but a file's last have one length, so that one memory of them is enough.
    private func isAllZeros(_ count: Int) -> Bool {
        guard let start = input.baseAddress, count > 0, input[0] == 0 else { return false }
        return memcmp(start, start + 1, count - 1) == 0
    }

    private func deflate(_ block: PackBlock, of entry: PackEntry) throws(ArchiveError) -> [UInt8] {
        let bound = libdeflate_deflate_compress_bound(compressor, block.length)
        return try fill(capacity: bound + DeflateSeam.room) { output throws(ArchiveError) in
            let size = libdeflate_deflate_compress(
                compressor, input.baseAddress, block.length, output.baseAddress, bound)
            precondition(size > 0, "libdeflate keeps within its own bound")
            if block.isLast { return size }
            guard let size = seam.open(output, count: size) else {
                throw .damaged(entry: ArchiveError.text(entry.path))
            }
            return size
        }
    }

    /// Reads a small entry into `input`.
    private func read(_ entry: PackEntry) throws(ArchiveError) -> Int {
        switch entry.kind {
        case .folder: return 0
        case .link: return try cursor.readLink(entry, into: input)
        case .file:
            let file = try cursor.open(entry)
            defer { close(file) }
            try read(file, of: entry, at: 0, count: Int(entry.size))
            return Int(entry.size)
        }
    }

    private func read(_ file: Int32, of entry: PackEntry, at offset: Int64, count: Int) throws(ArchiveError) {
        var done = 0
        while done < count {
            let got = pread(file, input.baseAddress?.advanced(by: done), count - done, off_t(offset) + off_t(done))
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw .system("read", entry.path) }
            guard got > 0 else { throw .changedWhilePacking(path: ArchiveError.text(entry.path)) }
            done += got
        }
    }

    /// A new array that `body` writes itself; it returns how much of the capacity it used.
    private func fill(
        capacity: Int, _ body: (UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int
    ) throws(ArchiveError) -> [UInt8] {
        var failure: ArchiveError?
        let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            do throws(ArchiveError) {
                count = try body(UnsafeMutableRawBufferPointer(buffer))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }
}
