import Foundation

/// A folder of one test's own below the temporary folder.
struct Scratch: Sendable {
    let root: URL

    init(_ name: String) throws {
        root = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
            .appending(path: "penstock-\(name)-\(UUID().uuidString.lowercased())", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    }

    func url(_ path: String) -> URL { root.appending(path: path) }

    func emptyFile(_ name: String) throws -> FileHandle {
        try Data().write(to: url(name))
        return try FileHandle(forWritingTo: url(name))
    }

    @discardableResult
    func write(_ text: String, to path: String) throws -> URL {
        let file = url(path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
        return file
    }

    /// What stays behind in the temporary folder is no failure of what was tested.
    func remove() { try? FileManager.default.removeItem(at: root) }
}
