import Foundation
import Glibc

/// Our ends of a module's pipes, on the thread of its process: nothing here blocks but ``wait(for:atMost:)``.
struct ModulePipes {
    enum Stream { case output, errors }

    private var input: Int32?
    private var output: Int32?
    private var errors: Int32?
    private var unwritten = Data()
    /// How much of it is written already.
    private var written = 0

    init(_ spawned: ModuleSpawn) {
        (input, output, errors) = (spawned.input, spawned.output, spawned.errors)
    }

    var hasOutput: Bool { output != nil }
    var hasUnwritten: Bool { !unwritten.isEmpty }

    mutating func append(_ bytes: Data) { unwritten.append(bytes) }

    /// Sleeps until the bell rings, there is something to read or room to write.
    func wait(for bell: WakeUp, atMost milliseconds: Int32) {
        var entries = [pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0)]
        for descriptor in [output, errors].compactMap({ $0 }) {
            entries.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
        }
        if let input, hasUnwritten { entries.append(pollfd(fd: input, events: Int16(POLLOUT), revents: 0)) }
        _ = poll(&entries, nfds_t(entries.count), milliseconds)
        bell.clear()
    }

    /// Writes what the pipe takes. A module that reads no more gets no more.
    mutating func write() {
        guard let input else { return }
        while written < unwritten.count {
            let count = unwritten.withUnsafeBytes { bytes in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
                return Glibc.write(input, rest.baseAddress, rest.count)
            }
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EAGAIN { return }
                closeInput()
                break
            }
            written += count
        }
        unwritten = Data()
        written = 0
    }

    /// Reads what is there: at most sixteen buffers, so that a module that never stops talking can still be killed.
    mutating func read(_ stream: Stream, _ take: (UnsafeRawBufferPointer) -> Void) {
        guard let descriptor = stream == .output ? output : errors else { return }
        let isOver = withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 8) { buffer in
            for _ in 0..<16 {
                let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                if count < 0, errno == EINTR { continue }
                if count < 0, errno == EAGAIN { return false }
                guard count > 0 else { return true }
                take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
            return false
        }
        guard isOver else { return }
        close(descriptor)
        if stream == .output { output = nil } else { errors = nil }
    }

    mutating func closeInput() {
        if let input { close(input) }
        input = nil
    }

    mutating func closeAll() {
        for descriptor in [input, output, errors].compactMap({ $0 }) { close(descriptor) }
        (input, output, errors) = (nil, nil, nil)
    }
}
