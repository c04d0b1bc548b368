import Foundation

extension Gateway {
    /// The webhook journal, newest first, as `penstock deliveries list` prints it.
    func journal() async throws -> [JSON] {
        let listed = try await penstock("deliveries", "list", "--limit", "1000", "--output", "json")
        guard listed.status == 0 else { throw Missing("penstock deliveries list: \(listed.stderr)") }
        return try JSON(parsing: listed.stdout)["deliveries"].items
    }

    /// Every file of the data folder, relative to it.
    func files() throws -> [String] {
        let all = FileManager.default.enumerator(at: data, includingPropertiesForKeys: nil) { _, _ in true }
        var files: [String] = []
        while let file = all?.nextObject() as? URL {
            // What vanishes while it is looked at is not there.
            guard (try? file.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true else { continue }
            files.append(String(file.path.dropFirst(data.path.count + 1)))
        }
        return files.sorted()
    }
}
