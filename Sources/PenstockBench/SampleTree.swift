import Foundation

/// About 50,000 files and 900 MB as artifacts hold them: programs, libraries, sources, text, copied from the machine's
/// own `/usr` in the order of their names, again and again until there is enough.
struct SampleTree {
    static let files = 50_000
    static let bytes: Int64 = 900_000_000
    private static let origins = ["/usr/include", "/usr/share", "/usr/lib"]

    let folder: URL
    let count: Int
    let size: Int64

    init(in parent: URL) throws {
        let folder = parent.appending(path: "tree")
        let found = try Self.sources()
        var (count, size): (Int, Int64) = (0, 0)
        // Small files first until their number is reached, then large ones until the size is.
        let small = found.filter { $0.size < 24_000 }
        let large = found.filter { (200_000..<8_000_000).contains($0.size) }
        guard !small.isEmpty, !large.isEmpty else { throw BenchFailure("/usr holds too few files to copy") }
        for index in 0..<Self.files {
            try Self.copy(small[index % small.count].path, number: index, to: folder)
            count += 1
            size += small[index % small.count].size
        }
        var index = 0
        while size < Self.bytes {
            try Self.copy(large[index % large.count].path, number: Self.files + index, to: folder)
            count += 1
            size += large[index % large.count].size
            index += 1
        }
        (self.folder, self.count, self.size) = (folder, count, size)
    }

    private static func sources() throws -> [(path: String, size: Int64)] {
        var found: [(path: String, size: Int64)] = []
        for origin in origins {
            for name in FileManager.default.enumerator(atPath: origin)?.compactMap({ $0 as? String }).sorted() ?? [] {
                var status = stat()
                let path = "\(origin)/\(name)"
                guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else {
                    continue
                }
                found.append((path, Int64(status.st_size)))
            }
        }
        return found
    }

    /// Two hundred files a folder.
    private static func copy(_ path: String, number: Int, to folder: URL) throws {
        let place = folder.appending(path: "part-\(number / 200)")
        if number.isMultiple(of: 200) || !FileManager.default.fileExists(atPath: place.path) {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        }
        let name = URL(fileURLWithPath: path).lastPathComponent
        try FileManager.default.copyItem(atPath: path, toPath: place.appending(path: "\(number)-\(name)").path)
    }
}
