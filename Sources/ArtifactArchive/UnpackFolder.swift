import Foundation
import Glibc

/// The folder that an archive is unpacked to: a temporary one beside its final place, moved there at the end.
///
/// Nobody else may enter it meanwhile, and links come last: so no path in it leads through a link.
struct UnpackFolder {
    private let folder: URL
    private let temporary: String
    /// The temporary folder; open until `close`.
    let descriptor: Int32

    /// Checks that the place is free and makes the temporary folder; `discard` must follow whatever happens.
    init(for folder: URL) throws(ArchiveError) {
        self.folder = folder
        try Self.requireFree(folder.path)
        temporary = ArchiveOutput.sibling(of: folder, kind: "unpack")
        guard mkdir(temporary, 0o700) == 0 else { throw .system("create a folder beside", folder.path) }
        descriptor = open(temporary, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            let error = ArchiveError.system("open the folder", temporary)
            rmdir(temporary)
            throw error
        }
    }

    private static func requireFree(_ path: String) throws(ArchiveError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw .system("look at", path)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw .folderNotEmpty(path: path) }
        guard let stream = opendir(path) else { throw .system("open the folder", path) }
        defer { closedir(stream) }
        var count = 0
        while readdir(stream) != nil { count += 1 }
        guard count <= 2 else { throw .folderNotEmpty(path: path) }
    }

    func makeFolder(_ path: [UInt8]) throws(ArchiveError) {
        guard mkdirat(descriptor, cString(path), 0o700) == 0 else { throw .system("create the folder", path) }
    }

    func makeLink(_ path: [UInt8], to target: [UInt8]) throws(ArchiveError) {
        guard symlinkat(cString(target), descriptor, cString(path)) == 0 else {
            throw .system("create the link", path)
        }
    }

    /// Creates a file, fills it by `body` and gives it its mode.
    func makeFile(
        _ path: [UInt8], mode: UInt16, _ body: (Int32) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        let file = openat(
            descriptor, cString(path), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .system("create", path) }
        defer { close(file) }
        try body(file)
        guard fchmod(file, mode_t(mode)) == 0 else { throw .system("set the mode of", path) }
    }

    /// Gives a folder its mode; after everything in it is there, because the mode may forbid writing.
    func setMode(_ mode: UInt16, of path: [UInt8]) throws(ArchiveError) {
        guard fchmodat(descriptor, cString(path), mode_t(mode), 0) == 0 else {
            throw .system("set the mode of", path)
        }
    }

    /// Moves the folder to its final place.
    func publish() throws(ArchiveError) {
        guard fchmod(descriptor, mode_t(NameLedger.folderMode)) == 0 else {
            throw .system("set the mode of", folder.path)
        }
        guard rename(temporary, folder.path) == 0 else { throw .system("move the unpacked folder to", folder.path) }
    }

    /// Removes what was not published and closes the folder.
    func discard() {
        var status = stat()
        if lstat(temporary, &status) == 0 { Self.remove(cString(temporary.utf8), in: AT_FDCWD) }
        close(descriptor)
    }

    /// Removes a tree, folders without permissions included. Depth is bounded by the longest name unpacked.
    private static func remove(_ name: [CChar], in parent: Int32) {
        if unlinkat(parent, name, 0) == 0 { return }
        fchmodat(parent, name, 0o700, 0)
        let inner = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        if inner >= 0, let stream = fdopendir(inner) {
            for child in FolderWalk.names(in: stream) { remove(cString(child), in: inner) }
            closedir(stream)
        }
        unlinkat(parent, name, AT_REMOVEDIR)
    }
}
