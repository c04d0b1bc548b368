import Foundation

/// Builds zip archives by hand, broken ones included.
struct ZipForge {
    struct Entry {
        var name: [UInt8]
        var data: [UInt8]
        /// The name in the local header, where it shall lie.
        var localName: [UInt8]?
        var method: UInt16 = 0
        var flags: UInt16 = 0x0800
        var host: UInt16 = 3
        var unixMode: UInt32 = 0o100644
        var crc: UInt32
        /// What both headers declare.
        var size: UInt64
        var compressedSize: UInt64
        /// Places the entry where another one is.
        var offset: UInt64?
        var centralExtra: [UInt8] = []
        var localExtra: [UInt8] = []
        var localSizes: (UInt32, UInt32)?
        var descriptor: [UInt8] = []

        init(_ name: String, _ text: String = "content", mode: UInt32 = 0o100644) {
            self.init(bytes: Array(name.utf8), Array(text.utf8))
            unixMode = mode
        }

        init(bytes name: [UInt8], _ data: [UInt8] = []) {
            self.name = name
            self.data = data
            crc = Self.crc32(data)
            size = UInt64(data.count)
            compressedSize = size
        }

        /// The same content as one stored block of a deflate stream.
        func deflated() -> Entry {
            var entry = self
            let count = UInt16(data.count)
            entry.data = [1] + ZipForge.bytes(count) + ZipForge.bytes(~count) + data
            entry.method = 8
            entry.compressedSize = UInt64(entry.data.count)
            return entry
        }

        func with(_ change: (inout Entry) -> Void) -> Entry {
            var entry = self
            change(&entry)
            return entry
        }

        static func crc32(_ data: [UInt8]) -> UInt32 {
            var crc = UInt32.max
            for byte in data {
                crc ^= UInt32(byte)
                for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
            }
            return ~crc
        }
    }

    var entries: [Entry]
    var prefix: [UInt8] = []
    var comment: [UInt8] = []
    /// What the end record declares, where it shall lie.
    var count: Int?
    var zip64 = false

    init(_ entries: Entry...) { self.entries = entries }
    init(_ entries: [Entry]) { self.entries = entries }

    static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    func build() -> Data {
        var archive: [UInt8] = []
        var offsets: [UInt64] = []
        for entry in entries {
            offsets.append(entry.offset ?? UInt64(archive.count))
            archive += Self.local(entry) + entry.data + entry.descriptor
        }
        let start = archive.count
        for (entry, offset) in zip(entries, offsets) { archive += Self.central(entry, offset) }
        let size = archive.count - start
        archive += end(size: size, offset: start)
        return Data(prefix + archive)
    }

    private static func local(_ entry: Entry) -> [UInt8] {
        let name = entry.localName ?? entry.name
        let sizes = entry.localSizes ?? (UInt32(clamping: entry.compressedSize), UInt32(clamping: entry.size))
        return bytes(0x0403_4B50 as UInt32) + bytes(20 as UInt16) + bytes(entry.flags) + bytes(entry.method)
            + bytes(0x0021_0000 as UInt32) + bytes(entry.localSizes == nil ? entry.crc : 0) + bytes(sizes.0)
            + bytes(sizes.1) + bytes(UInt16(name.count)) + bytes(UInt16(entry.localExtra.count)) + name
            + entry.localExtra
    }

    private static func central(_ entry: Entry, _ offset: UInt64) -> [UInt8] {
        bytes(0x0201_4B50 as UInt32) + bytes(entry.host << 8 | 30) + bytes(20 as UInt16) + bytes(entry.flags)
            + bytes(entry.method) + bytes(0x0021_0000 as UInt32) + bytes(entry.crc)
            + bytes(UInt32(clamping: entry.compressedSize)) + bytes(UInt32(clamping: entry.size))
            + bytes(UInt16(entry.name.count)) + bytes(UInt16(entry.centralExtra.count)) + bytes(0 as UInt64).dropLast(2)
            + bytes(entry.unixMode << 16 as UInt32) + bytes(UInt32(clamping: offset)) + entry.name + entry.centralExtra
    }

    private func end(size: Int, offset: Int) -> [UInt8] {
        let count = count ?? entries.count
        var result: [UInt8] = []
        if zip64 {
            result += Self.bytes(0x0606_4B50 as UInt32) + Self.bytes(44 as UInt64) + Self.bytes(45 as UInt16)
            result += Self.bytes(45 as UInt16) + Self.bytes(0 as UInt64) + Self.bytes(UInt64(count))
            result += Self.bytes(UInt64(count)) + Self.bytes(UInt64(size)) + Self.bytes(UInt64(offset))
            result += Self.bytes(0x0706_4B50 as UInt32) + Self.bytes(0 as UInt32)
            result += Self.bytes(UInt64(offset + size)) + Self.bytes(1 as UInt32)
        }
        let full = zip64 ? UInt16.max : UInt16(count)
        result += Self.bytes(0x0605_4B50 as UInt32) + Self.bytes(0 as UInt32) + Self.bytes(full) + Self.bytes(full)
        result += Self.bytes(zip64 ? UInt32.max : UInt32(size)) + Self.bytes(zip64 ? UInt32.max : UInt32(offset))
        return result + Self.bytes(UInt16(comment.count)) + comment
    }
}
