import Foundation
import Glibc

/// All processes of one build, wherever they went: other groups, other sessions, orphans.
///
/// A process belongs to the build if its environment carries the build's marker, if it descends from one that does or
/// shares its session, or if it works in the build's folder (with isolation only bubblewrap's own child does: there
/// the kernel ends the rest). Each look reads /proc anew; ``end(grace:)`` looks until nobody is left.
struct ProcessTree {
    /// `NAME=VALUE` prefixes are compared: a whole job, or every job of one data folder.
    let marker: String
    let matchesPrefix: Bool
    /// The build's folder, for builds without isolation.
    var workspace: String?
    /// The process that the build's thread started and waits for.
    var root: pid_t?

    init(marker: BuildMarker, workspace: String? = nil, root: pid_t? = nil) {
        self.marker = marker.text
        self.matchesPrefix = false
        self.workspace = workspace
        self.root = root
    }

    /// Every build of one data folder.
    init(allOf owner: String) {
        self.marker = BuildMarker.prefix(owner: owner)
        self.matchesPrefix = true
    }

    /// Ends all processes: SIGTERM, after the grace SIGKILL, until none is left.
    ///
    /// The root is spared the SIGTERM: bubblewrap would take the rest with it at once, and the shell's keeper ends by
    /// itself.
    ///
    /// - Returns: the processes that still run, because they can't be killed (waiting for a device).
    @discardableResult
    func end(grace: Duration = .seconds(2)) -> Set<pid_t> {
        let clock = ContinuousClock()
        let start = clock.now
        var asked: Set<pid_t> = []
        while true {
            let members = living()
            if members.isEmpty { return [] }
            let waited = clock.now - start
            if waited < grace {
                askToEnd(members.subtracting(asked).subtracting(root.map { [$0] } ?? []))
                asked.formUnion(members)
            } else {
                for pid in members { kill(pid, SIGKILL) }
                if waited > grace + .seconds(10) { return members }
            }
            usleep(20_000)
        }
    }

    /// SIGTERM for all at one moment. One after the other, a shell whose command ends first would begin the next one.
    private func askToEnd(_ processes: Set<pid_t>) {
        for signal in [SIGSTOP, SIGTERM, SIGCONT] {
            for pid in processes { kill(pid, signal) }
        }
    }

    /// The processes of the build that still run. Zombies are over: whoever started them reaps them.
    func living() -> Set<pid_t> {
        let all = RunningProcess.all()
        var members = Set(all.filter(isMarked).map(\.pid))
        if let root { members.insert(root) }
        let ownSession = getsid(0)
        while true {
            let sessions = Set(all.lazy.filter { members.contains($0.pid) }.map(\.session)).subtracting([ownSession, 0])
            let more = all.filter {
                !members.contains($0.pid) && (members.contains($0.parent) || sessions.contains($0.session))
            }
            if more.isEmpty { break }
            members.formUnion(more.map(\.pid))
        }
        members.formUnion(all.lazy.filter(worksInWorkspace).map(\.pid))
        let zombies = Set(all.lazy.filter(\.isZombie).map(\.pid))
        let present = Set(all.lazy.map(\.pid))
        return members.intersection(present).subtracting(zombies).subtracting([getpid()])
    }

    private func isMarked(_ process: RunningProcess) -> Bool {
        guard process.pid != getpid(), !process.isZombie else { return false }
        return process.environment.map(carriesMarker) ?? false
    }

    private func worksInWorkspace(_ process: RunningProcess) -> Bool {
        guard let workspace, let folder = process.workingDirectory else { return false }
        return folder == workspace || folder.hasPrefix(workspace + "/")
    }

    private func carriesMarker(_ environment: [UInt8]) -> Bool {
        environment.split(separator: 0).contains {
            matchesPrefix ? $0.starts(with: marker.utf8) : $0.elementsEqual(marker.utf8)
        }
    }
}

/// One line of /proc.
struct RunningProcess {
    let pid: pid_t
    let parent: pid_t
    let session: pid_t
    let isZombie: Bool

    static func all() -> [RunningProcess] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var processes: [RunningProcess] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let pid = pid_t(name), let process = RunningProcess(pid) { processes.append(process) }
        }
        return processes
    }

    /// `nil` when it is over.
    init?(_ pid: pid_t) {
        guard let stat = SmallFile.read("/proc/\(pid)/stat"), let close = stat.lastIndex(of: UInt8(ascii: ")")) else {
            return nil
        }
        // After the name, which may hold anything: state, parent, group, session.
        let fields = String(decoding: stat[(close + 1)...], as: UTF8.self).split(separator: " ")
        guard fields.count > 3, let parent = pid_t(fields[1]), let session = pid_t(fields[3]) else { return nil }
        self.pid = pid
        self.parent = parent
        self.session = session
        isZombie = fields[0] == "Z" || fields[0] == "X"
    }

    /// As the program was given it; `nil` for processes of other users.
    var environment: [UInt8]? { SmallFile.read("/proc/\(pid)/environ") }

    var workingDirectory: String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = readlink("/proc/\(pid)/cwd", &buffer, Int(PATH_MAX))
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// Reads a file of /proc, whose length isn't known before it is read.
enum SmallFile {
    static func read(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var contents: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count < 0 { return nil }
            if count == 0 { return contents }
            contents.append(contentsOf: buffer[..<count])
        }
    }
}
