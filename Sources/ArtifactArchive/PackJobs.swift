/// One piece of work for a compressing thread.
enum PackJob: Sendable {
    /// Whole small entries, done one after the other.
    case batch(Range<Int>)
    /// A part of one large file.
    case block(PackBlock)
}

/// A part of a large file; the parts of one file are joined to one deflate stream.
struct PackBlock: Sendable {
    var entry: Int
    var offset: Int64
    var length: Int
    var isLast: Bool
}

/// Cuts the sorted entries into jobs, lazily: always in the same way, so that the archive never depends on the threads.
struct PackJobs: Sendable {
    /// Files up to this size are compressed whole, larger ones in parts of it. Part of the format: a change changes
    /// the bytes of every archive.
    static let blockSize = 2 << 20
    private static let batchSize = 1 << 20
    private static let batchCount = 128

    let entries: [PackEntry]
    private var index = 0
    private var offset: Int64 = 0

    init(entries: [PackEntry]) {
        self.entries = entries
    }

    static func isLarge(_ entry: PackEntry) -> Bool {
        entry.size > Int64(blockSize)
    }

    mutating func next() -> PackJob? {
        guard index < entries.count else { return nil }
        return Self.isLarge(entries[index]) ? .block(nextBlock()) : .batch(nextBatch())
    }

    private mutating func nextBlock() -> PackBlock {
        let left = entries[index].size - offset
        let length = Int(min(left, Int64(Self.blockSize)))
        let block = PackBlock(entry: index, offset: offset, length: length, isLast: Int64(length) == left)
        offset += Int64(length)
        if block.isLast {
            index += 1
            offset = 0
        }
        return block
    }

    private mutating func nextBatch() -> Range<Int> {
        let first = index
        var size: Int64 = 0
        repeat {
            size += entries[index].size
            index += 1
        } while index < entries.count && !Self.isLarge(entries[index])
            && index - first < Self.batchCount && size + entries[index].size <= Int64(Self.batchSize)
        return first..<index
    }
}
