import Glibc

/// Rings a thread that waits in `poll`: a pipe to itself.
final class WakeUp: Sendable {
    let descriptor: Int32
    private let far: Int32

    init() {
        let ends = SystemCalls.pipe() ?? (-1, -1)
        for end in [ends.read, ends.write] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        (descriptor, far) = (ends.read, ends.write)
    }

    deinit {
        close(descriptor)
        close(far)
    }

    /// A pipe that is full rings already.
    func ring() {
        var byte: UInt8 = 0
        _ = write(far, &byte, 1)
    }

    func clear() {
        withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
            while read(descriptor, buffer.baseAddress, buffer.count) == buffer.count {}
        }
    }
}
