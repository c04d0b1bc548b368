import Glibc
import Synchronization

/// Tells a build's thread, which sleeps in `poll`, that the build is to end. May be sent from any thread, twice too.
final class StopSignal: Sendable {
    /// Readable once the signal was sent.
    let descriptor: Int32
    private let writeEnd: Int32
    private let sent = Mutex(false)

    init() throws(SystemCallError) {
        let pipe = try Pipe.open()
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

/// A pipe whose ends no other program inherits by accident.
struct Pipe {
    let readEnd: Int32
    let writeEnd: Int32

    /// The ends lie above the descriptors that a child gets under fixed numbers, so that none is overwritten.
    static func open() throws(SystemCallError) -> Pipe {
        var ends: [Int32] = [-1, -1]
        guard SystemCalls.pipe(&ends) == 0 else { throw SystemCallError("making a pipe", errno) }
        defer { for end in ends { close(end) } }
        let read = fcntl(ends[0], F_DUPFD_CLOEXEC, 64)
        guard read >= 0 else { throw SystemCallError("making a pipe", errno) }
        let write = fcntl(ends[1], F_DUPFD_CLOEXEC, 64)
        guard write >= 0 else {
            let code = errno
            close(read)
            throw SystemCallError("making a pipe", code)
        }
        return Pipe(readEnd: read, writeEnd: write)
    }
}

/// What the system refused, and at what.
struct SystemCallError: Error, CustomStringConvertible, Equatable {
    let doing: String
    let code: Int32

    init(_ doing: String, _ code: Int32) {
        self.doing = doing
        self.code = code
    }

    var description: String { "\(doing): \(String(cString: strerror(code)))" }
}
