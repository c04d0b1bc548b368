import Glibc
import Isolation
import Synchronization

/// Tells a build's thread, which sleeps in `poll`, that the build is to end. May be sent from any thread, twice too.
final class StopSignal: Sendable {
    /// Readable once the signal was sent.
    let descriptor: Int32
    private let writeEnd: Int32
    private let sent = Mutex(false)

    init() throws(SystemCallError) {
        let pipe = try PipeEnds.open()
        descriptor = pipe.readEnd
        writeEnd = pipe.writeEnd
    }

    deinit {
        close(descriptor)
        close(writeEnd)
    }

    var isSent: Bool { sent.withLock { $0 } }

    func send() {
        sent.withLock { sent in
            guard !sent else { return }
            sent = true
            var byte: UInt8 = 1
            // One byte into an empty pipe: can't block. Should it fail, `isSent` still speaks at the next look.
            _ = write(writeEnd, &byte, 1)
        }
    }
}
