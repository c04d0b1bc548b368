package import Glibc

/// Starts a program with exactly the environment and the descriptors that it is given.
///
/// Why not swift-subprocess: `bwrap --die-with-parent` dies with the *thread* that started it, and a pool's threads
/// come and go. A build or a module therefore spawns, reads and waits on one thread of its own. Builds also need two
/// descriptors besides the standard ones, and output and errors through one pipe, in their order; of a module, what it
/// wrote before its end must be read to the end, which swift-subprocess drops.
package enum ChildProcess {
    /// - Parameters:
    ///   - descriptors: number in the child → descriptor here. Every other one is closed in the child, but 0, which is
    ///     empty then.
    ///   - folder: the working directory; ours when it isn't given.
    /// - Returns: the process id, leader of its own session and process group.
    package static func start(
        _ command: [String], environment: [String: String], descriptors: [Int32: Int32], folder: String? = nil
    ) throws(SystemCallError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let folder, !SystemCalls.setFolder(folder, in: &actions) {
            throw SystemCallError("starting \(command[0]) in \(folder)", ENOSYS)
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for (number, descriptor) in descriptors { posix_spawn_file_actions_adddup2(&actions, descriptor, number) }
        let highest = max(descriptors.keys.max() ?? 2, 2)
        for number in 1...highest where descriptors[number] == nil {
            posix_spawn_file_actions_addclose(&actions, number)
        }
        SystemCalls.close(from: highest + 1, in: &actions)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        setSignals(&attributes)

        let arguments = command.map { strdup($0) } + [nil]
        let variables = environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, command[0], &actions, &attributes, arguments, variables)
        guard code == 0 else {
            throw SystemCallError("starting \(command[0])\(folder.map { " in \($0)" } ?? "")", code)
        }
        return pid
    }

    /// A session of its own, no signal blocked or ignored: servers ignore SIGPIPE, and children would inherit that.
    private static func setSignals(_ attributes: inout posix_spawnattr_t) {
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        let flags = Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK) | 0x80  // POSIX_SPAWN_SETSID
        posix_spawnattr_setflags(&attributes, Int16(flags))
    }

    /// Waits until the process has ended and takes its status, so that it leaves no zombie.
    @discardableResult
    package static func wait(for pid: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }
}
