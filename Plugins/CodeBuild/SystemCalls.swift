import Glibc

/// Functions of the C library that its Swift module leaves out, because they are GNU's and not POSIX's.
enum SystemCalls {
    private typealias PipeWithFlags = @Sendable @convention(c) (UnsafeMutablePointer<Int32>?, Int32) -> Int32
    private typealias CloseFrom =
        @Sendable @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>?, Int32)
        -> Int32

    private static let pipeWithFlags = look("pipe2").map { unsafeBitCast($0, to: PipeWithFlags.self) }
    private static let closeFrom = look("posix_spawn_file_actions_addclosefrom_np")
        .map { unsafeBitCast($0, to: CloseFrom.self) }

    private static func look(_ name: String) -> UnsafeMutableRawPointer? { dlsym(dlopen(nil, RTLD_NOW), name) }

    /// A pipe that no program started meanwhile inherits.
    static func pipe(_ ends: inout [Int32]) -> Int32 {
        if let pipeWithFlags { return pipeWithFlags(&ends, O_CLOEXEC) }
        return Glibc.pipe(&ends)
    }

    /// In the child, closes every descriptor from the lowest on.
    static func close(from lowest: Int32, in actions: inout posix_spawn_file_actions_t) {
        if let closeFrom {
            _ = closeFrom(&actions, lowest)
        } else {
            for descriptor in lowest..<1024 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        }
    }
}
