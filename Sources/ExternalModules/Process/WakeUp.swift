import Glibc
import Isolation

/// Rings a thread that waits in `poll`: a pipe to itself.
final class WakeUp: Sendable {
    let descriptor: Int32
    private let far: Int32

    init() {
        // Without a pipe nothing rings; the thread looks by itself, ten times a second.
        let pipe = try? PipeEnds.open()
        (descriptor, far) = (pipe?.readEnd ?? -1, pipe?.writeEnd ?? -1)
        for end in [descriptor, far] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
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
