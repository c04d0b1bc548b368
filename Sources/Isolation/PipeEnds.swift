import Glibc

/// A pipe to a child.
package struct PipeEnds: Sendable {
    package let readEnd: Int32
    package let writeEnd: Int32

    /// The ends lie above the descriptors that a child gets under fixed numbers, so that none is overwritten.
    package static func open() throws(SystemCallError) -> PipeEnds {
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
        return PipeEnds(readEnd: read, writeEnd: write)
    }
}
