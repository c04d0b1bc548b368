import Foundation
import Glibc

/// Paths as the file system sees them.
enum RealPath {
    /// Without links, `.` and `..`; `nil` when nothing is there.
    static func of(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    /// Both without links.
    static func isInside(_ path: String, _ folder: String) -> Bool { path == folder || path.hasPrefix(folder + "/") }

    enum Kind { case file, folder, link, other }

    /// What lies there itself, a link not followed.
    static func kind(_ path: String) -> Kind? {
        var facts = stat()
        guard lstat(path, &facts) == 0 else { return nil }
        switch facts.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        case S_IFLNK: return .link
        default: return .other
        }
    }
}
