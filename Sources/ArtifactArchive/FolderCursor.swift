import Foundation
import Glibc

/// Opens files below a root folder part by part, so that no link on the way is ever followed.
///
/// Keeps the last folder open: entries come sorted, so most lie in the same one. Used by one thread only.
final class FolderCursor {
    private let root: Int32
    private var folder: [UInt8] = []
    private var descriptor: Int32

    /// `root` stays the caller's and must stay open.
    init(root: Int32) {
        self.root = root
        descriptor = root
    }

    deinit { leave() }

    /// Opens a plain file for reading and checks that it is what was listed; the caller closes it.
    func open(_ entry: PackEntry) throws(ArchiveError) -> Int32 {
        let base = try enter(entry.path)
        let file = openat(descriptor, base, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { throw .system("open", entry.path) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, Int64(status.st_size) == entry.size
        else {
            close(file)
            throw .changedWhilePacking(path: ArchiveError.text(entry.path))
        }
        return file
    }

    /// Reads where a link leads into `buffer` and returns the length.
    func readLink(_ entry: PackEntry, into buffer: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int {
        let base = try enter(entry.path)
        guard let start = buffer.baseAddress else { return 0 }
        let length = readlinkat(descriptor, base, start.assumingMemoryBound(to: CChar.self), buffer.count)
        guard length >= 0 else { throw .system("read the link", entry.path) }
        guard length == Int(entry.size) else {
            throw .changedWhilePacking(path: ArchiveError.text(entry.path))
        }
        return length
    }

    func status(of path: [UInt8]) throws(ArchiveError) -> stat {
        let base = try enter(path)
        var status = stat()
        guard fstatat(descriptor, base, &status, AT_SYMLINK_NOFOLLOW) == 0 else { throw .system("look at", path) }
        return status
    }

    /// Makes the folder of `path` the open one and returns the last part.
    private func enter(_ path: [UInt8]) throws(ArchiveError) -> [CChar] {
        let (wanted, base) = EntryName.split(path)
        if !wanted.elementsEqual(folder) {
            leave()
            for part in wanted.split(separator: EntryName.slash) { try descend(part, of: path) }
            folder = Array(wanted)
        }
        return cString(base)
    }

    private func descend(_ part: ArraySlice<UInt8>, of path: [UInt8]) throws(ArchiveError) {
        let inner = openat(descriptor, cString(part), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard inner >= 0 else {
            let error = ArchiveError.system("enter the folder of", path)
            leave()
            throw error
        }
        if descriptor != root { close(descriptor) }
        descriptor = inner
    }

    private func leave() {
        if descriptor != root { close(descriptor) }
        descriptor = root
        folder = []
    }
}
