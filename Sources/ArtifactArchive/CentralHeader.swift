import CZlib
import Glibc

/// One record of an archive's directory as it stands there, 64-bit sizes filled in.
struct CentralHeader {
    var host: UInt16
    var flags: UInt16
    var method: UInt16
    var crc: UInt32
    var compressedSize: UInt64
    var size: UInt64
    var externalAttributes: UInt32
    var offset: UInt64
    var name: [UInt8]
    /// The name from Info-ZIP's Unicode extra field where there is a valid one, else `name`.
    var unicodeName: [UInt8]

    /// The mode that a Unix tool has written, else 0.
    var unixMode: mode_t {
        host == Zip.hostUnix || host == Zip.hostMacOS ? mode_t(externalAttributes >> 16) : 0
    }

    /// Reads the record at `reader`'s place and moves on to the next; nil if it isn't one or is cut off.
    init?(_ reader: inout ByteReader) {
        guard let fixed = reader.take(Zip.centralHeaderSize), fixed.uint32(0) == Zip.centralHeader else { return nil }
        host = fixed.uint16(4) >> 8
        flags = fixed.uint16(8)
        method = fixed.uint16(10)
        crc = fixed.uint32(16)
        compressedSize = UInt64(fixed.uint32(20))
        size = UInt64(fixed.uint32(24))
        externalAttributes = fixed.uint32(38)
        offset = UInt64(fixed.uint32(42))
        let disk = fixed.uint16(34)
        guard let name = reader.take(Int(fixed.uint16(28))), let extra = reader.take(Int(fixed.uint16(30))),
            reader.take(Int(fixed.uint16(32))) != nil, disk == 0 || disk == Zip.full16
        else { return nil }
        self.name = Array(name.bytes)
        unicodeName = self.name
        guard read(extra) else { return nil }
    }

    private mutating func read(_ extra: ByteReader) -> Bool {
        var extra = extra
        var needsWide = [size, compressedSize, offset].contains(UInt64(Zip.full32))
        // A tail too short for a field's head is padding, which some tools leave.
        while let head = extra.take(4) {
            guard let field = extra.take(Int(head.uint16(2))) else { return false }
            switch head.uint16(0) {
            case Zip.zip64Extra where needsWide:
                guard readWide(field) else { return false }
                needsWide = false
            case Zip.unicodePathExtra: readUnicodeName(field)
            default: break
            }
        }
        return !needsWide
    }

    private mutating func readWide(_ field: ByteReader) -> Bool {
        var field = field
        for path in [\CentralHeader.size, \.compressedSize, \.offset] where self[keyPath: path] == UInt64(Zip.full32) {
            guard let value = field.take(8) else { return false }
            self[keyPath: path] = value.uint64(0)
        }
        return true
    }

    /// Valid only while its CRC is that of the plain name: a tool that renamed the entry may have left it behind.
    private mutating func readUnicodeName(_ field: ByteReader) {
        var field = field
        guard flags & Zip.utf8Flag == 0, let head = field.take(5), head.bytes.first == 1 else { return }
        let crc = UInt32(crc32(0, name, uInt(name.count)))
        if head.uint32(1) == crc { unicodeName = Array(field.bytes) }
    }
}

/// A place in a run of bytes with little-endian numbers; never reads past the end.
struct ByteReader {
    private(set) var bytes: ArraySlice<UInt8>

    init(_ bytes: some Collection<UInt8>) {
        self.bytes = Array(bytes)[...]
    }

    /// The next `count` bytes, or nil if there aren't as many.
    mutating func take(_ count: Int) -> ByteReader? {
        guard bytes.count >= count else { return nil }
        var taken = self
        taken.bytes = bytes.prefix(count)
        bytes = bytes.dropFirst(count)
        return taken
    }

    func uint16(_ offset: Int) -> UInt16 { number(offset) }
    func uint32(_ offset: Int) -> UInt32 { number(offset) }
    func uint64(_ offset: Int) -> UInt64 { number(offset) }

    private func number<Number: FixedWidthInteger>(_ offset: Int) -> Number {
        precondition(offset + MemoryLayout<Number>.size <= bytes.count, "the caller has taken enough bytes")
        return bytes.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self)) }
    }
}
