import Foundation
import PipelineModel

/// One job's folder: empty at the start of each run, gone afterwards.
struct JobWorkspace {
    let root: URL

    /// Makes it anew; what an interrupted run of the same job left is removed.
    init(for job: ActionExecutionID, below folder: URL) throws {
        root = folder.appending(path: job.rawValue, directoryHint: .isDirectory)
        try Self.removeTree(root)
        for part in ["inputs", "outputs", "archives", "scratch"] {
            try FileManager.default.createDirectory(
                at: root.appending(path: part), withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        }
    }

    /// Where the provider may keep files of its own.
    var scratch: URL { root.appending(path: "scratch", directoryHint: .isDirectory) }
    func input(_ name: ArtifactName) -> URL {
        root.appending(path: "inputs").appending(path: name.rawValue, directoryHint: .isDirectory)
    }
    func output(_ name: ArtifactName) -> URL {
        root.appending(path: "outputs").appending(path: name.rawValue, directoryHint: .isDirectory)
    }
    func inputArchive(_ name: ArtifactName) -> URL { root.appending(path: "archives/in-\(name).zip") }
    func outputArchive(_ name: ArtifactName) -> URL { root.appending(path: "archives/out-\(name).zip") }

    func remove() throws { try Self.removeTree(root) }

    /// Removes a tree that may hold folders without write permission, as builds leave them.
    static func removeTree(_ root: URL) throws {
        guard FileManager.default.fileExists(atPath: root.path) else { return }
        do {
            try FileManager.default.removeItem(at: root)
        } catch {
            let folders = FileManager.default.enumerator(at: root, includingPropertiesForKeys: [.isDirectoryKey])
            while let item = folders?.nextObject() as? URL {
                var status = stat()
                guard lstat(item.path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { continue }
                chmod(item.path, 0o700)
            }
            try FileManager.default.removeItem(at: root)
        }
    }
}
