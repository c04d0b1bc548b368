import Glibc

/// One entry as the archive's directory describes it, checked by the rules that concern it alone.
struct ArchiveEntry: Sendable {
    /// The bytes of the name as they stand in both headers.
    var rawName: [UInt8]
    /// Where it goes, without trailing slash.
    var path: [UInt8]
    var kind: NameLedger.Kind
    var mode: UInt16
    var method: UInt16
    var hasDescriptor: Bool
    var crc: UInt32
    var compressedSize: UInt64
    var size: UInt64
    /// Where the local header begins in the file.
    var offset: UInt64
    /// Where something else begins: neither header nor data may reach it.
    var limit: UInt64 = 0

    var name: String { ArchiveError.text(rawName) }
}

extension ArchiveEntry {
    /// Checks a central header; nil for the root folder itself, which some tools write.
    init?(_ header: CentralHeader, limits: ArchiveLimits) throws(ArchiveError) {
        let name = ArchiveError.text(header.name)
        guard let path = EntryName.withoutDots(header.unicodeName) else { return nil }
        if let fault = EntryName.fault(in: path, limit: limits.pathLength) {
            throw .unsafeName(entry: name, fault: fault)
        }
        guard header.flags & (Zip.encryptedFlags | Zip.patchFlag) == 0 else { throw .encrypted(entry: name) }
        guard header.method == Zip.stored || header.method == Zip.deflated else {
            throw .unsupportedMethod(entry: name, method: header.method)
        }
        guard header.method == Zip.deflated || header.compressedSize == header.size else {
            throw .sizeMismatch(entry: name, declared: header.size)
        }
        kind = try Self.kind(of: header, isFolder: path.last == EntryName.slash)
        guard kind != .folder || header.size == 0 else { throw .sizeMismatch(entry: name, declared: header.size) }
        mode = Self.mode(of: header, kind: kind)
        rawName = header.name
        self.path = EntryName.withoutTrailingSlash(path)
        method = header.method
        hasDescriptor = header.flags & Zip.descriptorFlag != 0
        crc = header.crc
        compressedSize = header.compressedSize
        size = header.size
        offset = header.offset
    }

    /// The type is the name's trailing slash and, for archives made on Unix, the mode: they must not disagree.
    private static func kind(of header: CentralHeader, isFolder: Bool) throws(ArchiveError) -> NameLedger.Kind {
        let type = header.unixMode & S_IFMT
        switch type {
        case 0: return isFolder ? .folder : .file
        case S_IFDIR where isFolder || header.size == 0: return .folder
        case S_IFREG where !isFolder: return .file
        case S_IFLNK where !isFolder: return .link
        case S_IFREG, S_IFLNK, S_IFDIR:
            throw .headersDisagree(entry: ArchiveError.text(header.name), about: "type, a folder or not")
        default:
            throw .specialEntry(
                entry: ArchiveError.text(header.name), kind: PackEntry.specialKind(type))
        }
    }

    /// The permission bits alone: set-id and sticky bits are never restored.
    private static func mode(of header: CentralHeader, kind: NameLedger.Kind) -> UInt16 {
        if header.unixMode != 0 { return UInt16(header.unixMode & 0o777) }
        return kind == .folder ? NameLedger.folderMode : 0o644
    }
}
