import Foundation
import Glibc

/// A module's process and all that it has started: they share its session or carry its mark.
struct ProcessFamily {
    /// The process that was started; 0 where it belongs to a life that is over.
    let root: pid_t
    /// `NAME=VALUE` as it stands in the environment of each.
    let mark: String
    /// The process that was started is bubblewrap, which at a SIGTERM would take the module with it at once.
    var hasKeeper = false

    /// Asks the module's own process group to end.
    func terminate() {
        guard hasKeeper else {
            Glibc.kill(-root, SIGTERM)
            return
        }
        for pid in Self.processes() where pid != root && getpgid(pid) == root { Glibc.kill(pid, SIGTERM) }
    }

    func kill() {
        Glibc.kill(-root, SIGKILL)
        killRest()
    }

    /// Kills whoever is left, also in other groups and sessions, until nobody is or ten looks found somebody.
    func killRest() {
        for _ in 0..<10 {
            let members = Self.processes().filter { $0 != getpid() && (isOfSession($0) || isMarked($0)) }
            if members.isEmpty { return }
            for pid in members { Glibc.kill(pid, SIGKILL) }
            usleep(5_000)
        }
    }

    /// Bytes of physical memory of the processes in the session.
    var residentMemory: Int64 {
        let page = Int64(sysconf(Int32(_SC_PAGESIZE)))
        return Self.processes().filter { getsid($0) == root }.reduce(0) { $0 + Self.residentPages(of: $1) * page }
    }

    private static func residentPages(of pid: pid_t) -> Int64 {
        text("/proc/\(pid)/statm")?.split(separator: " ").dropFirst().first.flatMap { Int64($0) } ?? 0
    }

    private func isMarked(_ pid: pid_t) -> Bool {
        // Other users' processes can't be read: they are none of ours.
        guard let environment = FileManager.default.contents(atPath: "/proc/\(pid)/environ") else { return false }
        return environment.split(separator: 0).contains { $0.elementsEqual(mark.utf8) } && !Self.isZombie(pid)
    }

    private func isOfSession(_ pid: pid_t) -> Bool { root > 0 && getsid(pid) == root && !Self.isZombie(pid) }

    private static func isZombie(_ pid: pid_t) -> Bool {
        guard let stat = text("/proc/\(pid)/stat"), let close = stat.lastIndex(of: ")") else { return true }
        return stat[stat.index(after: close)...].hasPrefix(" Z")
    }

    private static func processes() -> [pid_t] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { pid_t($0) }
    }

    private static func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
}
