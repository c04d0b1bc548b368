import Foundation

/// Where objects are written before they get their name.
///
/// Every file here is locked by whoever writes it, so a file without a lock is what a crash left and may go.
struct IncomingFolder: Sendable {
    let folder: URL

    struct SystemError: Error, CustomStringConvertible {
        let doing: String
        let code: Int32
        var description: String { "\(doing): \(String(cString: strerror(code)))" }
    }

    /// A new file, locked for as long as its handle is open.
    func newFile() throws -> (handle: FileHandle, path: String) {
        while true {
            let path = folder.appendingPathComponent(UUID().uuidString.lowercased()).path
            let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw SystemError(doing: "creating \(path)", code: errno) }
            let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            guard flock(descriptor, LOCK_EX) == 0 else { throw SystemError(doing: "locking \(path)", code: errno) }
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw SystemError(doing: "reading \(path)", code: errno) }
            // Another opening may have swept the file between its creation and the lock: then there is a next one.
            if status.st_nlink > 0 { return (handle, path) }
        }
    }

    /// Removes what crashes left behind.
    func sweep() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let path = folder.appendingPathComponent(name).path
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
            close(descriptor)
        }
    }
}
