import CZlib
import Glibc

/// Makes a finished deflate stream one that another can follow: the joint between two parts of a large file.
///
/// libdeflate only writes finished streams, but is more than twice as fast as zlib; so its last block gets its "final"
/// bit cleared and an empty stored block fills up to the next byte. Where that bit is only a decoder can tell: zlib
/// stops at each block, and so also checks what libdeflate wrote. One for each thread.
final class DeflateSeam {
    /// What `open` may add behind the stream.
    static let room = 5

    private let stream: UnsafeMutablePointer<z_stream>
    private let scratch: UnsafeMutableRawBufferPointer

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        scratch = .allocate(byteCount: 256 << 10, alignment: 16)
        let code = inflateInit2_(stream, -MAX_WBITS, zlibVersion(), Int32(MemoryLayout<z_stream>.size))
        precondition(code == Z_OK, "zlib has no memory or another version than its header")
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        scratch.deallocate()
    }

    /// Opens the stream in the first `count` bytes of `buffer` and returns its new length; nil if it isn't deflate.
    func open(_ buffer: UnsafeMutableRawBufferPointer, count: Int) -> Int? {
        guard let (lastBlock, end) = findLastBlock(buffer, count: count) else { return nil }
        buffer[lastBlock / 8] &= ~(1 << UInt8(lastBlock % 8))
        let unused = (8 - end % 8) % 8
        var length = (end + 7) / 8
        if unused == 0 { return length }
        // The bits after the end become the three zeros of a stored block's header and its padding.
        buffer[length - 1] &= 0xFF >> UInt8(unused)
        if unused < 3 {
            buffer[length] = 0
            length += 1
        }
        for byte: UInt8 in [0, 0, 0xFF, 0xFF] {
            buffer[length] = byte
            length += 1
        }
        return length
    }

    /// The bit where the final block begins and the bit after the whole stream.
    private func findLastBlock(_ buffer: UnsafeMutableRawBufferPointer, count: Int) -> (start: Int, end: Int)? {
        inflateReset(stream)
        stream.pointee.next_in = buffer.baseAddress?.assumingMemoryBound(to: Bytef.self)
        stream.pointee.avail_in = uInt(count)
        var start = 0
        while true {
            stream.pointee.next_out = scratch.baseAddress?.assumingMemoryBound(to: Bytef.self)
            stream.pointee.avail_out = uInt(scratch.count)
            let code = inflate(stream, Z_BLOCK)
            let (state, used) = (Int(stream.pointee.data_type), Int(stream.pointee.total_in))
            guard code == Z_OK, state & 128 != 0 || stream.pointee.avail_out == 0 else { return nil }
            guard state & 128 != 0 else { continue }
            let position = used * 8 - (state & 7)
            if state & 64 != 0 { return (start, position) }
            start = position
        }
    }
}
