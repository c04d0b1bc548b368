package import Foundation

/// The exclusive lock on a data folder: one process at a time works on it. Held until it is let go of; the kernel lets
/// go of it when the process dies.
package final class DataFolderLock: Sendable {
    private let descriptor: Int32

    /// Makes the folder (mode 0700) where there is none, and locks it.
    ///
    /// - Throws: ``LedgerOpenError``.
    package init(folder: URL) throws {
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path)
        } catch {
            throw LedgerOpenError.unusable(path: folder.path, reason: error.localizedDescription)
        }
        let path = folder.appending(path: "lock").path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw LedgerOpenError.unusable(path: path, reason: String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            let holder = Self.holder(descriptor)
            close(descriptor)
            guard reason == EWOULDBLOCK else {
                throw LedgerOpenError.unusable(path: path, reason: String(cString: strerror(reason)))
            }
            throw LedgerOpenError.locked(folder: folder.path, holder: holder)
        }
        let text = Array("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.count, 0) == text.count else {
            let reason = errno
            close(descriptor)
            throw LedgerOpenError.unusable(path: path, reason: String(cString: strerror(reason)))
        }
    }

    deinit { close(descriptor) }

    private static func holder(_ descriptor: Int32) -> String? {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        let digits = String(decoding: bytes[..<count], as: UTF8.self).prefix { $0.isNumber }
        return digits.isEmpty ? nil : String(digits)
    }
}
