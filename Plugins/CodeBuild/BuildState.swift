import Foundation
import Glibc
import PluginKit
import Synchronization

/// What outlives a build: the data folder's own name and each project's build number.
final class BuildState: Sendable {
    private let lock = Mutex(())

    /// A random name, the same for the life of the data folder. Marks its builds among a machine's processes.
    func owner(in folder: URL) throws -> String {
        try lock.withLock { _ in
            let file = folder.appending(path: "owner")
            if let data = FileManager.default.contents(atPath: file.path) {
                let name = String(decoding: data, as: UTF8.self)
                if !name.isEmpty { return name }
            }
            let name = UUID().uuidString.lowercased()
            try Data(name.utf8).write(to: file, options: .atomic)
            return name
        }
    }

    private struct Count: Codable {
        var number: Int
        var job: String
    }

    /// The project's next number; the same again for the job that had the last one.
    func buildNumber(of project: String, job: String, in folder: URL) throws -> Int {
        try lock.withLock { _ in
            let name = project.utf8.map { String($0, radix: 16) }.joined()
            let file = folder.appending(path: "number-\(name.prefix(200)).json")
            var count = Count(number: 0, job: "")
            if let data = FileManager.default.contents(atPath: file.path) {
                count = try JSONDecoder().decode(Count.self, from: data)
            }
            if count.job == job { return count.number }
            count = Count(number: count.number + 1, job: job)
            try JSONEncoder().encode(count).write(to: file, options: .atomic)
            return count.number
        }
    }
}
