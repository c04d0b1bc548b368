import Glibc

/// The signatures and fixed values of the zip format (PKWARE's APPNOTE.TXT 6.3.10).
enum Zip {
    static let localHeader: UInt32 = 0x0403_4B50
    static let dataDescriptor: UInt32 = 0x0807_4B50
    static let centralHeader: UInt32 = 0x0201_4B50
    static let end: UInt32 = 0x0605_4B50
    static let zip64End: UInt32 = 0x0606_4B50
    static let zip64Locator: UInt32 = 0x0706_4B50

    static let localHeaderSize = 30
    static let centralHeaderSize = 46
    static let endSize = 22
    static let zip64EndSize = 56
    static let zip64LocatorSize = 20

    static let stored: UInt16 = 0
    static let deflated: UInt16 = 8
    static let full16 = UInt16.max
    static let full32 = UInt32.max
    static let zip64Extra: UInt16 = 0x0001
    static let unicodePathExtra: UInt16 = 0x7075

    static let encryptedFlags: UInt16 = 1 | 1 << 6 | 1 << 13
    static let descriptorFlag: UInt16 = 1 << 3
    static let utf8Flag: UInt16 = 1 << 11
    static let patchFlag: UInt16 = 1 << 5
    static let hostUnix: UInt16 = 3
    static let hostMacOS: UInt16 = 19
}

/// What the archive's directory says of one packed entry, and its local header with it.
struct ZipRecord {
    /// 1980-01-01 00:00:00, the oldest time that a zip can hold: the same archive whenever it is made.
    private static let date: UInt16 = 0x0021
    private static let time: UInt16 = 0

    var entry: PackEntry
    var crc: UInt32 = 0
    var method: UInt16 = Zip.stored
    var compressedSize: UInt64 = 0
    var offset: UInt64 = 0
    /// A large file is written before its sizes are known: they follow it.
    var hasDescriptor = false

    private var size: UInt64 { UInt64(entry.size) }
    private var flags: UInt16 { Zip.utf8Flag | (hasDescriptor ? Zip.descriptorFlag : 0) }

    /// Whether the descriptor holds 64-bit sizes. Decided by the size alone, with room for data that deflate enlarges.
    private var hasWideDescriptor: Bool { hasDescriptor && size >= 0xF000_0000 }

    private var unixMode: UInt32 {
        let type: mode_t =
            switch entry.kind {
            case .file: S_IFREG
            case .folder: S_IFDIR
            case .link: S_IFLNK
            }
        return UInt32(type) | UInt32(entry.mode)
    }

    /// The header before the data. Without a descriptor the entry is small and needs no 64-bit sizes.
    func localHeader() -> ZipBytes {
        var bytes = ZipBytes()
        bytes.append(Zip.localHeader)
        bytes.append(hasWideDescriptor ? UInt16(45) : 20)
        appendCommon(to: &bytes)
        bytes.append(hasDescriptor ? UInt32(0) : crc)
        bytes.append(hasWideDescriptor ? Zip.full32 : hasDescriptor ? 0 : UInt32(compressedSize))
        bytes.append(hasWideDescriptor ? Zip.full32 : hasDescriptor ? 0 : UInt32(size))
        bytes.append(UInt16(entry.name.count))
        bytes.append(hasWideDescriptor ? UInt16(20) : 0)
        bytes.bytes += entry.name
        if hasWideDescriptor {
            bytes.append(Zip.zip64Extra)
            bytes.append(UInt16(16))
            bytes.append(UInt64(0))
            bytes.append(UInt64(0))
        }
        return bytes
    }

    /// What follows the data of a large file.
    func descriptor() -> ZipBytes {
        var bytes = ZipBytes()
        bytes.append(Zip.dataDescriptor)
        bytes.append(crc)
        for value in [compressedSize, size] {
            if hasWideDescriptor { bytes.append(value) } else { bytes.append(UInt32(value)) }
        }
        return bytes
    }

    /// The entry in the directory at the archive's end.
    func centralHeader() -> ZipBytes {
        let wide = [size, compressedSize, offset].filter { $0 >= UInt64(Zip.full32) }
        var bytes = ZipBytes()
        bytes.append(Zip.centralHeader)
        bytes.append(Zip.hostUnix << 8 | 45)
        bytes.append(wide.isEmpty && !hasWideDescriptor ? UInt16(20) : 45)
        appendCommon(to: &bytes)
        bytes.append(crc)
        bytes.append(UInt32(clamping: compressedSize))
        bytes.append(UInt32(clamping: size))
        bytes.append(UInt16(entry.name.count))
        bytes.append(UInt16(wide.isEmpty ? 0 : 4 + 8 * wide.count))
        bytes.append(UInt16(0))  // comment
        bytes.append(UInt16(0))  // disk
        bytes.append(UInt16(0))  // internal attributes
        bytes.append(unixMode << 16 | (entry.kind == .folder ? 0x10 : 0))
        bytes.append(UInt32(clamping: offset))
        bytes.bytes += entry.name
        if !wide.isEmpty {
            bytes.append(Zip.zip64Extra)
            bytes.append(UInt16(8 * wide.count))
            for value in wide { bytes.append(value) }
        }
        return bytes
    }

    private func appendCommon(to bytes: inout ZipBytes) {
        bytes.append(flags)
        bytes.append(method)
        bytes.append(Self.time)
        bytes.append(Self.date)
    }
}

/// The end of an archive: where its directory lies.
struct ZipEnd {
    var count: UInt64
    var directorySize: UInt64
    var directoryOffset: UInt64

    func records() -> ZipBytes {
        var bytes = ZipBytes()
        let isWide =
            count >= UInt64(Zip.full16) || directorySize >= UInt64(Zip.full32) || directoryOffset >= UInt64(Zip.full32)
        if isWide { appendZip64(to: &bytes) }
        bytes.append(Zip.end)
        bytes.append(UInt16(0))
        bytes.append(UInt16(0))
        bytes.append(UInt16(clamping: count))
        bytes.append(UInt16(clamping: count))
        bytes.append(UInt32(clamping: directorySize))
        bytes.append(UInt32(clamping: directoryOffset))
        bytes.append(UInt16(0))
        return bytes
    }

    private func appendZip64(to bytes: inout ZipBytes) {
        bytes.append(Zip.zip64End)
        bytes.append(UInt64(Zip.zip64EndSize - 12))
        bytes.append(Zip.hostUnix << 8 | 45)
        bytes.append(UInt16(45))
        bytes.append(UInt32(0))
        bytes.append(UInt32(0))
        bytes.append(count)
        bytes.append(count)
        bytes.append(directorySize)
        bytes.append(directoryOffset)
        bytes.append(Zip.zip64Locator)
        bytes.append(UInt32(0))
        bytes.append(directoryOffset + directorySize)
        bytes.append(UInt32(1))
    }
}

/// Bytes with little-endian numbers, as zip wants them.
struct ZipBytes {
    var bytes: [UInt8] = []

    mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
