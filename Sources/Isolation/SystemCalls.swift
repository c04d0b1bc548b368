package import Glibc

/// Functions of the C library that its Swift module leaves out, because they are GNU's or Linux's and not POSIX's.
package enum SystemCalls {
    private typealias PipeWithFlags = @Sendable @convention(c) (UnsafeMutablePointer<Int32>?, Int32) -> Int32
    private typealias Actions = UnsafeMutablePointer<posix_spawn_file_actions_t>
    private typealias CloseFrom = @Sendable @convention(c) (Actions?, Int32) -> Int32
    private typealias ChangeFolder = @Sendable @convention(c) (Actions?, UnsafePointer<CChar>?) -> Int32
    private typealias LimitOf =
        @Sendable @convention(c) (pid_t, Int32, UnsafePointer<rlimit>?, UnsafeMutablePointer<rlimit>?) -> Int32

    private static let pipeWithFlags = look("pipe2").map { unsafeBitCast($0, to: PipeWithFlags.self) }
    private static let closeFrom = look("posix_spawn_file_actions_addclosefrom_np")
        .map { unsafeBitCast($0, to: CloseFrom.self) }
    private static let changeFolder = look("posix_spawn_file_actions_addchdir_np")
        .map { unsafeBitCast($0, to: ChangeFolder.self) }
    private static let limitOf = look("prlimit").map { unsafeBitCast($0, to: LimitOf.self) }

    private static func look(_ name: String) -> UnsafeMutableRawPointer? { dlsym(dlopen(nil, RTLD_NOW), name) }

    /// A pipe that no program started meanwhile inherits.
    static func pipe(_ ends: inout [Int32]) -> Int32 {
        if let pipeWithFlags { return pipeWithFlags(&ends, O_CLOEXEC) }
        return Glibc.pipe(&ends)
    }

    static func setFolder(_ folder: String, in actions: inout posix_spawn_file_actions_t) -> Bool {
        changeFolder.map { $0(&actions, folder) == 0 } ?? false
    }

    /// In the child, closes every descriptor from the lowest on.
    static func close(from lowest: Int32, in actions: inout posix_spawn_file_actions_t) {
        if let closeFrom {
            _ = closeFrom(&actions, lowest)
        } else {
            for descriptor in lowest..<1024 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        }
    }

    /// The most that a process, and each that it starts from then on, may hold in private writable memory.
    package static func limitMemory(of pid: pid_t, to bytes: Int64) {
        let dataLimit: Int32 = 2  // RLIMIT_DATA
        var limit = rlimit(rlim_cur: UInt(bytes), rlim_max: UInt(bytes))
        _ = limitOf?(pid, dataLimit, &limit, nil)
    }
}
