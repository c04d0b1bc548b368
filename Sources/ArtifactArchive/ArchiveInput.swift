import Foundation
import Glibc

/// An archive file that is read from many threads; whoever opened it closes it.
struct ArchiveInput: Sendable {
    let path: String
    let descriptor: Int32
    let size: UInt64

    init(_ file: URL) throws(ArchiveError) {
        path = file.path
        descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("open the archive", path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .notAnArchive(reason: "\(String(reflecting: path)) is not a plain file")
        }
        size = UInt64(status.st_size)
    }

    /// Fills `buffer` from `offset` on; false where the file ends before.
    func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Bool {
        guard offset <= size, UInt64(buffer.count) <= size - offset else { return false }
        var done = 0
        while done < buffer.count {
            let got = pread(
                descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done, off_t(offset) + off_t(done))
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { throw .system("read the archive", path) }
            guard got > 0 else { return false }
            done += got
        }
        return true
    }

    func bytes(at offset: UInt64, count: Int) throws(ArchiveError) -> [UInt8]? {
        var failure: ArchiveError?
        var isComplete = false
        guard offset <= size, UInt64(count) <= size - offset else { return nil }
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(ArchiveError) {
                isComplete = try read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
                filled = isComplete ? count : 0
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return isComplete ? bytes : nil
    }
}
