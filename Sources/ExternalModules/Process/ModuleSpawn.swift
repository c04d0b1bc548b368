import Foundation
import Glibc

/// A module's process as it was started, with our ends of its three pipes.
///
/// Why not swift-subprocess: the thread that starts the process must live as long as it does (see `setpriv` below),
/// and what a module wrote before its end must be read to the end, a traceback above all; swift-subprocess drops what
/// is left in the pipes once the process has ended.
struct ModuleSpawn {
    let pid: pid_t
    let input: Int32
    let output: Int32
    let errors: Int32

    /// The variable that marks a module's processes; its value is the module's state folder, so one data folder's
    /// modules are told from another's.
    static let marker = "PENSTOCK_MODULE_STATE"

    /// Starts the module as leader of a session and process group of its own, in its folder. Call it on the thread that
    /// will wait for it: where there is util-linux's `setpriv`, the kernel kills the module when that thread is gone,
    /// also when the gateway was killed and the module doesn't heed the end of its input.
    ///
    /// - Throws: ``ModuleFault/ended(_:)`` naming what failed.
    init(
        _ command: [String], folder: String, environment: [String: String], memoryLimit: Int64?
    ) throws(ModuleFault) {
        guard let input = SystemCalls.pipe(), let output = SystemCalls.pipe(), let errors = SystemCalls.pipe() else {
            throw .ended("no pipes could be made: \(String(cString: strerror(errno)))")
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let hasFolder = SystemCalls.setFolder(folder, in: &actions)
        for (end, number) in [(input.read, 0), (output.write, 1), (errors.write, 2)] {
            posix_spawn_file_actions_adddup2(&actions, end, Int32(number))
        }
        SystemCalls.close(from: 3, in: &actions)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        Self.setSignals(&attributes)

        let words = Self.leash + command
        let arguments = words.map { strdup($0) } + [nil]
        let variables = environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var pid: pid_t = 0
        let code = hasFolder ? posix_spawn(&pid, words[0], &actions, &attributes, arguments, variables) : ENOSYS
        for end in [input.read, output.write, errors.write] { close(end) }
        guard code == 0 else {
            for end in [input.write, output.read, errors.read] { close(end) }
            throw .ended("\(command[0]) could not be started in \(folder): \(String(cString: strerror(code)))")
        }
        if let memoryLimit { SystemCalls.limitMemory(of: pid, to: memoryLimit) }
        for end in [input.write, output.read, errors.read] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        self.pid = pid
        self.input = input.write
        self.output = output.read
        self.errors = errors.read
    }

    private static let leash: [String] =
        FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv")
        ? ["/usr/bin/setpriv", "--pdeathsig", "KILL", "--"] : []

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
}
