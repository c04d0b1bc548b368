import Foundation
import Glibc

/// The command line that keeps a program apart with bubblewrap: a build, an external module.
///
/// The whole machine is visible but read-only; the program's own folders can be written. Hidden: the data folder, home
/// folders, others' temporary files, and `/run`, where the sockets of this machine's daemons lie. Values of variables
/// are never on the command line, which every user of the machine can read.
package struct Sandbox: Sendable {
    /// Where bubblewrap is looked for: not in `PATH`, which a build's author can't but a careless server may set.
    private static let places = ["/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap"]

    package static var executable: String? { places.first { access($0, X_OK) == 0 } }

    package let executable: String
    /// E.g. a job's workspace, and input artifacts that lie elsewhere.
    package let writable: [String]
    /// Shown to the program as `/tmp`.
    package let temporary: String
    /// Inside of writable or hidden folders: not to be written by the program.
    package let readOnly: [String]
    /// Folders and files: the data folder, the configuration and the files of its secrets.
    package let hidden: [String]
    package var hidesHomes = true
    /// Without it there is nothing but a loopback of the program's own.
    package var hasNetwork = true
    /// Whether it is in a session of its own, out of reach of signals to the one that it was started in.
    package var hasOwnSession = true
    package var workingFolder = "/"

    package init(
        executable: String, writable: [String], temporary: String, readOnly: [String] = [], hidden: [String] = []
    ) {
        self.executable = executable
        self.writable = writable
        self.temporary = temporary
        self.readOnly = readOnly
        self.hidden = hidden
    }

    package func command(running program: [String]) -> [String] {
        var arguments = [executable, "--die-with-parent", "--unshare-pid", "--unshare-ipc", "--unshare-uts"]
        if hasOwnSession { arguments.append("--new-session") }
        if !hasNetwork { arguments.append("--unshare-net") }
        arguments += ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
        // Root could write the machine's settings through its own /proc; bubblewrap covers them for other users only.
        if getuid() == 0 {
            for place in ["/proc/sys", "/proc/sysrq-trigger"] { arguments += ["--ro-bind-try", place, place] }
        }
        arguments += ["--bind", temporary, "/tmp"]
        for folder in covered { arguments += ["--tmpfs", folder] }
        for file in hidden.compactMap(Self.realFile) where !isCovered(file) {
            arguments += ["--ro-bind", "/dev/null", file]
        }
        // Name servers' addresses may be kept below /run.
        arguments += ["--ro-bind-try", "/run/systemd/resolve", "/run/systemd/resolve"]
        for folder in writable { arguments += ["--bind", folder, folder] }
        for folder in readOnly { arguments += ["--ro-bind", folder, folder] }
        if getuid() == 0 { arguments += Self.capabilities }
        return arguments + ["--chdir", workingFolder, "--"] + program
    }

    /// Outer folders first: what is mounted later lies on top.
    private var covered: [String] {
        let account = getpwuid(getuid()).map { String(cString: $0.pointee.pw_dir) }
        let homes =
            hidesHomes
            ? ["/root", "/home", account, ProcessInfo.processInfo.environment["HOME"]].compactMap { $0 } : []
        let others = ["/var/tmp", "/run"]
        let all = Set((homes + others + hidden).compactMap(Self.realFolder))
        return all.filter { !Self.systemFolders.contains($0) }.sorted()
    }

    private func isCovered(_ file: String) -> Bool { covered.contains { file.hasPrefix($0 + "/") } }

    /// A service's account may have one of these as its home: hiding it would leave no machine to build on.
    private static let systemFolders: Set = [
        "/", "/bin", "/sbin", "/usr", "/usr/bin", "/usr/sbin", "/lib", "/etc", "/var", "/var/lib", "/opt", "/dev",
        "/proc", "/sys", "/tmp",
    ]

    /// A gateway that runs as root: the program keeps what installing and unpacking need, and can't undo the mounts.
    private static let capabilities =
        ["--cap-drop", "ALL"]
        + ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "NET_BIND_SERVICE"]
        .flatMap { ["--cap-add", "CAP_\($0)"] }

    /// The folder without links in its path; `nil` if it isn't one.
    package static func realFolder(_ path: String) -> String? { real(path, S_IFDIR) }

    /// The same for a file.
    private static func realFile(_ path: String) -> String? { real(path, S_IFREG) }

    private static func real(_ path: String, _ kind: mode_t) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        var facts = stat()
        guard stat(real, &facts) == 0, facts.st_mode & S_IFMT == kind else { return nil }
        return String(cString: real)
    }
}
