import Crypto
import Foundation
import Glibc

/// The archive while it is written: a temporary file beside its final place, and the digest of what went in.
struct ArchiveOutput {
    private let file: URL
    private let temporary: String
    private let descriptor: Int32
    private var digest = SHA256()
    private(set) var size: UInt64 = 0

    /// Creates the temporary file; `discard` must follow whatever happens.
    init(for file: URL) throws(ArchiveError) {
        self.file = file
        temporary = Self.sibling(of: file, kind: "pack")
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .system("create the archive", file.path) }
    }

    /// A name beside `url` that nobody else uses.
    static func sibling(of url: URL, kind: String) -> String {
        let random = String(UInt64.random(in: .min ... .max), radix: 36)
        return url.deletingLastPathComponent().path + "/.\(url.lastPathComponent).\(kind)-\(random)"
    }

    mutating func write(_ bytes: [UInt8]) throws(ArchiveError) {
        digest.update(data: bytes)
        size += UInt64(bytes.count)
        var done = 0
        while done < bytes.count {
            let put = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done)
            }
            if put < 0 && errno == EINTR { continue }
            guard put >= 0 else { throw .system("write the archive", file.path) }
            done += put
        }
    }

    /// Makes the file durable under its final name and returns its SHA-256 in lower hex.
    mutating func publish() throws(ArchiveError) -> String {
        guard fsync(descriptor) == 0 else { throw .system("write the archive to disk", file.path) }
        guard rename(temporary, file.path) == 0 else { throw .system("rename the archive to", file.path) }
        let folder = file.deletingLastPathComponent().path
        let parent = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard parent >= 0 else { throw .system("open the folder", folder) }
        defer { close(parent) }
        guard fsync(parent) == 0 else { throw .system("write to disk the folder", folder) }
        return digest.finalize().map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
    }

    /// Closes the file and removes what was not published.
    func discard() {
        close(descriptor)
        unlink(temporary)
    }
}
