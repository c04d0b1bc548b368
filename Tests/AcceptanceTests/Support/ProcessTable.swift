import Foundation

/// The processes of this machine, as `/proc` shows them.
enum ProcessTable {
    static func commandLines() -> [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.filter { Int($0) != nil }.compactMap { pid in
            // A process may end while we look.
            guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return nil }
            return String(decoding: data, as: UTF8.self).replacingOccurrences(of: "\0", with: " ")
        }
    }

    /// The command lines of those that have a file below a folder open.
    static func holding(_ folder: URL) -> [String] {
        let files = FileManager.default
        return ((try? files.contentsOfDirectory(atPath: "/proc")) ?? []).filter { Int($0) != nil }.compactMap { pid in
            let descriptors = (try? files.contentsOfDirectory(atPath: "/proc/\(pid)/fd")) ?? []
            let open = descriptors.compactMap { try? files.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/\($0)") }
            let held = open.filter { $0.hasPrefix(folder.path) }
            guard !held.isEmpty, let line = files.contents(atPath: "/proc/\(pid)/cmdline") else { return nil }
            return "\(pid) \(String(decoding: line, as: UTF8.self).split(separator: "\0")) has \(held)"
        }
    }
}
