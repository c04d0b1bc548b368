import Foundation

/// The file that holds the vault's key: 32 bytes, mode 0600, whole or absent.
struct KeyFile {
    private let folder: URL
    var path: String { folder.appending(path: "secrets.key").path }

    init(folder: URL) { self.folder = folder }

    /// - Returns: the key; `nil` when there is no file.
    /// - Throws: ``VaultError`` when others may read the file or it isn't a key.
    func read() throws -> Data? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure()
        }
        defer { close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { throw failure() }
        let mode = Int(facts.st_mode & 0o7777)
        guard mode & 0o077 == 0 else { throw VaultError.tooOpen(path: path, mode: mode) }
        guard facts.st_size == 32 else { throw VaultError.wrongLength(path: path, bytes: Int(facts.st_size)) }
        var bytes = [UInt8](repeating: 0, count: 32)
        guard pread(descriptor, &bytes, 32, 0) == 32 else { throw failure() }
        return Data(bytes)
    }

    /// Writes a new key beside its place, puts it on disk, and links it into place, unless another process was faster.
    ///
    /// - Returns: the key that lies there now.
    func make(_ key: Data) throws -> Data {
        let draft = folder.appending(path: "secrets.key.\(UUID().uuidString)").path
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw VaultError.unusable(path: path, reason: error.localizedDescription)
        }
        try write(Array(key), to: draft)
        defer { unlink(draft) }
        guard link(draft, path) == 0 || errno == EEXIST else { throw failure() }
        try syncFolder()
        guard let lying = try read() else { throw VaultError.unusable(path: path, reason: "it has just vanished") }
        return lying
    }

    private func write(_ bytes: [UInt8], to draft: String) throws {
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        guard Foundation.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            let problem = failure()
            unlink(draft)
            throw problem
        }
    }

    private func syncFolder() throws {
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure() }
    }

    private func failure() -> VaultError { .unusable(path: path, reason: String(cString: strerror(errno))) }
}
