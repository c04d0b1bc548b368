import Foundation
import Glibc

/// Lists what lies below an open folder, without following any link.
struct FolderWalk {
    private let root: Int32
    private let isCancelled: @Sendable () -> Bool
    private var found: [PackEntry] = []

    init(root: Int32, isCancelled: @escaping @Sendable () -> Bool) {
        self.root = root
        self.isCancelled = isCancelled
    }

    /// Everything below the root, in the order of the file system; the root itself is no entry.
    mutating func everything() throws(ArchiveError) -> [PackEntry] {
        let top = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard top >= 0 else { throw .system("open the folder", ".") }
        try list(top, below: [])
        return found
    }

    /// The entries chosen by the caller; a chosen folder is that folder's entry alone.
    func chosen(_ entries: [(path: String, name: String)]) throws(ArchiveError) -> [PackEntry] {
        var result: [PackEntry] = []
        result.reserveCapacity(entries.count)
        let cursor = FolderCursor(root: root)
        for entry in entries {
            let path = EntryName.withoutTrailingSlash(Array(entry.path.utf8))
            if let fault = EntryName.fault(in: path) { throw .unpackableName(path: entry.path, fault: fault) }
            let status = try cursor.status(of: path)
            result.append(try PackEntry(path: path, name: Array(entry.name.utf8), status: status))
        }
        return result
    }

    /// Takes over `folder` and closes it. Recursion is bounded by the longest name that may be packed.
    private mutating func list(_ folder: Int32, below prefix: [UInt8]) throws(ArchiveError) {
        guard let stream = fdopendir(folder) else {
            close(folder)
            throw .system("list the folder", prefix)
        }
        defer { closedir(stream) }
        if isCancelled() { throw .cancelled }
        let names = Self.names(in: stream)
        guard errno == 0 else { throw .system("list the folder", prefix) }
        for base in names { try visit(base, in: folder, below: prefix) }
    }

    /// The names in a folder; `errno` is 0 afterwards unless reading failed.
    static func names(in stream: OpaquePointer) -> [[UInt8]] {
        var names: [[UInt8]] = []
        errno = 0
        while let next = readdir(stream) {
            let base = name(of: next)
            if base != [0x2E] && base != [0x2E, 0x2E] { names.append(base) }
        }
        return names
    }

    private mutating func visit(_ base: [UInt8], in folder: Int32, below prefix: [UInt8]) throws(ArchiveError) {
        let path = prefix + base
        var status = stat()
        guard fstatat(folder, cString(base), &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            throw .system("look at", path)
        }
        let entry = try PackEntry(path: path, name: path, status: status)
        found.append(entry)
        guard entry.kind == .folder else { return }
        let inner = openat(folder, cString(base), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard inner >= 0 else { throw .system("open the folder", path) }
        try list(inner, below: entry.name)
    }

    private static func name(of entry: UnsafeMutablePointer<dirent>) -> [UInt8] {
        guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { preconditionFailure("dirent has a name") }
        let start = UnsafeRawPointer(entry).advanced(by: offset)
        let length = strlen(start.assumingMemoryBound(to: CChar.self))
        return Array(UnsafeRawBufferPointer(start: start, count: length))
    }
}
