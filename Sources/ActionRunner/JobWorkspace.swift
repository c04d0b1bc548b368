import Foundation
import PipelineEngine
import PipelineModel

/// One job's folder: empty at the start of each run, gone afterwards.
struct JobWorkspace {
    let root: URL

    /// Makes it anew; what an interrupted run of the same job left is removed. Folders for artifacts follow when one
    /// is there: most jobs need few of them, and making and removing them costs more than a short job itself.
    init(for job: SubjectID, below folder: URL) throws {
        root = folder.appending(path: job.rawValue, directoryHint: .isDirectory)
        try Self.removeTree(root)
        try Self.make(root)
        try Self.make(scratch)
    }

    /// Where the provider may keep files of its own.
    var scratch: URL { root.appending(path: "scratch", directoryHint: .isDirectory) }

    /// Where an input is unpacked to; the unpacker makes it.
    func input(_ name: ArtifactName) throws -> URL {
        try folder("inputs").appending(path: name.rawValue, directoryHint: .isDirectory)
    }

    /// An output's folder, made and empty.
    func output(_ name: ArtifactName) throws -> URL {
        let folder = try folder("outputs").appending(path: name.rawValue, directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    func inputArchive(_ name: ArtifactName) throws -> URL { try folder("archives").appending(path: "in-\(name).zip") }
    func outputArchive(_ name: ArtifactName) throws -> URL { try folder("archives").appending(path: "out-\(name).zip") }

    private func folder(_ part: String) throws -> URL {
        let folder = root.appending(path: part, directoryHint: .isDirectory)
        try Self.make(folder)
        return folder
    }

    /// The folder above it is there. Making it twice is harmless.
    private static func make(_ folder: URL) throws {
        guard mkdir(folder.path, 0o700) != 0, errno != EEXIST else { return }
        throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: folder.path])
    }

    func remove() throws {
        // What nobody has put a file into goes at once.
        if rmdir(scratch.path) == 0, rmdir(root.path) == 0 { return }
        try Self.removeTree(root)
    }

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
