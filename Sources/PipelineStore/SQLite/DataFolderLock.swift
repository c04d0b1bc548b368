package import Foundation
import Synchronization

/// The exclusive lock on a data folder: one process at a time works on it. Held until ``release()``, or until nobody
/// has it any more; the kernel lets go of it when the process dies.
package final class DataFolderLock: Sendable {
    /// `nil` once it is let go of.
    private let descriptor: Mutex<Int32?>

    /// Makes the folder (mode 0700) where there is none, and locks it.
    ///
    /// - Throws: ``LedgerOpenError``.
    package init(folder: URL) throws {
        try Self.prepare(folder)
        let path = folder.appending(path: "lock").path
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Self.failure(path) }
        descriptor = Mutex(file)
        guard Self.lock(file) else {
            guard errno == EWOULDBLOCK else { throw Self.failure(path) }
            throw LedgerOpenError.locked(folder: folder.path, holder: Self.holder(file))
        }
        let text = Array("\(getpid())\n".utf8)
        guard ftruncate(file, 0) == 0, pwrite(file, text, text.count, 0) == text.count else {
            throw Self.failure(path)
        }
    }

    deinit { release() }

    /// Lets go of the folder. May be called twice.
    package func release() {
        let file = descriptor.withLock { descriptor in
            defer { descriptor = nil }
            return descriptor
        }
        guard let file else { return }
        // Said aloud: a child that is just being started holds a copy of the descriptor for a moment.
        flock(file, LOCK_UN)
        close(file)
    }

    /// Waits for nobody who lives. A child that a killed gateway was just starting has a copy of the descriptor until it
    /// has become another program, a moment later.
    private static func lock(_ file: Int32) -> Bool {
        for _ in 0..<100 {
            if flock(file, LOCK_EX | LOCK_NB) == 0 { return true }
            guard errno == EWOULDBLOCK, let holder = holder(file).flatMap(pid_t.init), kill(holder, 0) != 0 else {
                break
            }
            usleep(20_000)
        }
        return flock(file, LOCK_EX | LOCK_NB) == 0
    }

    private static func prepare(_ folder: URL) throws {
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path)
        } catch {
            throw LedgerOpenError.unusable(path: folder.path, reason: error.localizedDescription)
        }
    }

    /// The process that has written its id into the file.
    private static func holder(_ file: Int32) -> String? {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = pread(file, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        let digits = String(decoding: bytes[..<count], as: UTF8.self).prefix { $0.isNumber }
        return digits.isEmpty ? nil : String(digits)
    }

    private static func failure(_ path: String) -> LedgerOpenError {
        .unusable(path: path, reason: String(cString: strerror(errno)))
    }
}
