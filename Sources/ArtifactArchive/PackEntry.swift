import Foundation
import Glibc

/// One thing to pack, as it was when the folder was listed.
struct PackEntry: Sendable {
    enum Kind: Sendable { case file, folder, link }

    /// The name in the archive; a folder's ends in a slash.
    var name: [UInt8]
    /// Where it is below the root, without trailing slash.
    var path: [UInt8]
    var kind: Kind
    /// The permission bits alone: what the umask or set-id bits were must not change the archive.
    var mode: UInt16
    /// The bytes of a file, of a link's target; 0 for a folder.
    var size: Int64

    /// Makes the entry of what `status` describes; devices, sockets and fifos are refused.
    init(path: [UInt8], name: [UInt8], status: stat) throws(ArchiveError) {
        self.path = path
        let type = status.st_mode & S_IFMT
        guard let kind = Self.kind(type) else {
            throw .specialFile(path: ArchiveError.text(path), kind: Self.specialKind(type))
        }
        self.kind = kind
        self.name = kind == .folder && name.last != EntryName.slash ? name + [EntryName.slash] : name
        mode = UInt16(status.st_mode & 0o777)
        size = kind == .folder ? 0 : Int64(status.st_size)
        if let fault = EntryName.fault(in: self.name) {
            throw .unpackableName(path: ArchiveError.text(path), fault: fault)
        }
    }

    private static func kind(_ type: mode_t) -> Kind? {
        switch type {
        case S_IFREG: .file
        case S_IFDIR: .folder
        case S_IFLNK: .link
        default: nil
        }
    }

    /// What a type of file that no archive should hold is called.
    static func specialKind(_ type: mode_t) -> String {
        switch type {
        case S_IFIFO: "fifo"
        case S_IFSOCK: "socket"
        case S_IFBLK: "block device"
        case S_IFCHR: "character device"
        default: "special file"
        }
    }

    /// The order of entries in every archive: by the bytes of the name, so that no locale and no Unicode table matters.
    static func precedes(_ left: PackEntry, _ right: PackEntry) -> Bool {
        let shared = min(left.name.count, right.name.count)
        let order = memcmp(left.name, right.name, shared)
        return order == 0 ? left.name.count < right.name.count : order < 0
    }
}
