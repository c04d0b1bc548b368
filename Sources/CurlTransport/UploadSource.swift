import Foundation
import PluginKit

/// A request's body, readable from any position any number of times: attempts and rewinds need no state in it.
final class UploadSource: Sendable {
    private enum Content: Sendable {
        case bytes(Data)
        case file(descriptor: Int32, path: String, offset: Int64)
    }

    let length: Int64
    private let content: Content

    /// Opens the file once for all attempts; it is closed when the last transfer lets go of it.
    ///
    /// - Throws: ``CurlRequestError/unreadableUpload(path:reason:)``, also for a file that is too short.
    init(_ body: HTTPClientRequest.Body) throws {
        switch body {
        case .none: (content, length) = (.bytes(Data()), 0)
        case .bytes(let data): (content, length) = (.bytes(data), Int64(data.count))
        case .file(let path, let offset, let count):
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw Self.failure(path, String(cString: strerror(errno))) }
            content = .file(descriptor: descriptor, path: path, offset: offset)
            length = count
            var facts = stat()
            guard offset >= 0, count >= 0, fstat(descriptor, &facts) == 0, offset <= Int64(facts.st_size) - count else {
                throw Self.failure(path, "it doesn't hold \(count) bytes from offset \(offset)")
            }
        }
    }

    deinit {
        if case .file(let descriptor, _, _) = content { close(descriptor) }
    }

    /// Copies the next bytes into `buffer` and says how many; 0 only at the end.
    ///
    /// Called on the loop's thread: a read of the page cache is short, and a slower one slows all transfers alike.
    ///
    /// - Throws: ``CurlRequestError/unreadableUpload(path:reason:)``, also when the file has become shorter meanwhile.
    func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int64) throws -> Int {
        let count = Int(min(Int64(buffer.count), length - position))
        guard count > 0 else { return 0 }
        switch content {
        case .bytes(let data):
            let start = data.startIndex + Int(position)
            return data.copyBytes(to: buffer, from: start..<(start + count))
        case .file(let descriptor, let path, let offset):
            let got = Self.retryingInterrupts { pread(descriptor, buffer.baseAddress, count, off_t(offset + position)) }
            guard got > 0 else {
                throw Self.failure(path, got == 0 ? "it became shorter" : String(cString: strerror(errno)))
            }
            return got
        }
    }

    private static func retryingInterrupts(_ call: () -> Int) -> Int {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }

    private static func failure(_ path: String, _ reason: String) -> CurlRequestError {
        .unreadableUpload(path: path, reason: reason)
    }
}
