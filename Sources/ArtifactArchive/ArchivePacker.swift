package import Foundation
import Glibc

/// Packs folders into reproducible zip archives: the same tree gives the same bytes, whatever the number of threads,
/// the order of the file system, the times of the files or the umask.
///
/// Entries are sorted by the bytes of their names, dated 1980-01-01 and keep permission bits, links and empty folders.
/// Files above 2 MiB are always deflated and have a data descriptor, because they are written before their end is read.
/// Used by the action runner for output artifacts; blocking, so call it off the cooperative pool.
package struct ArchivePacker: Sendable {
    private let level: Int
    private let workers: Int

    /// - Parameters:
    ///   - level: libdeflate's 1 (fast) to 12 (small); others are taken for the nearest.
    ///   - workers: compressing threads; the calling thread writes.
    ///   - memoryBudget: bytes that threads and window may hold together; fewer threads run where it wouldn't do.
    package init(
        level: Int = 6, workers: Int = ProcessInfo.processInfo.activeProcessorCount, memoryBudget: Int = 96 << 20
    ) {
        self.level = max(1, min(level, 12))
        self.workers = max(1, min(workers, memoryBudget / EntryCompressor.memory))
    }

    /// Packs everything below `folder`, which is itself no entry. Packing again gives the same file again.
    ///
    /// - Parameter isCancelled: asked many times, from several threads.
    package func pack(
        folder: URL, into file: URL, isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws(ArchiveError) -> PackedArchive {
        let root = try Self.open(folder)
        defer { close(root) }
        try Self.refuse(file, inside: folder)
        var walk = FolderWalk(root: root, isCancelled: isCancelled)
        return try pack(try walk.everything(), root: root, into: file, isCancelled: isCancelled)
    }

    /// Packs chosen entries: `path` below `root` becomes `name` in the archive.
    ///
    /// A path that is a folder adds that folder alone, not what lies in it; folders above a name are not added.
    package func pack(
        root: URL, entries: [(path: String, name: String)], into file: URL,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws(ArchiveError) -> PackedArchive {
        let folder = try Self.open(root)
        defer { close(folder) }
        let chosen = try FolderWalk(root: folder, isCancelled: isCancelled).chosen(entries)
        var names = NameLedger(refusesCaseClashes: false)
        for entry in chosen {
            let kind: NameLedger.Kind =
                switch entry.kind {
                case .file: .file
                case .folder: .folder
                case .link: .link
                }
            try names.add(EntryName.withoutTrailingSlash(entry.name), kind: kind, mode: entry.mode)
        }
        return try pack(chosen, root: folder, into: file, isCancelled: isCancelled)
    }

    private func pack(
        _ found: [PackEntry], root: Int32, into file: URL, isCancelled: @escaping @Sendable () -> Bool
    ) throws(ArchiveError) -> PackedArchive {
        let entries = found.sorted(by: PackEntry.precedes)
        let output = try ArchiveOutput(for: file)
        defer { output.discard() }
        let line = PackLine(jobs: PackJobs(entries: entries), window: 2 * workers)
        let crew = WorkerThreads.start(workers, named: "pack") { [level] in
            Self.work(on: line, EntryCompressor(entries: entries, root: root, level: level), isCancelled)
        }
        defer { crew.join() }
        var writer = ArchiveWriter(entries: entries, output: output)
        do throws(ArchiveError) {
            while let part = try line.next() { try writer.write(part) }
            if isCancelled() { throw .cancelled }
            return try writer.finish()
        } catch {
            line.fail(error)
            throw error
        }
    }

    /// One thread's life.
    private static func work(on line: PackLine, _ compressor: EntryCompressor, _ isCancelled: () -> Bool) {
        do throws(ArchiveError) {
            while let (ordinal, job) = line.take() {
                if isCancelled() { throw .cancelled }
                line.put(try compressor.pack(job), ordinal: ordinal)
            }
        } catch {
            line.fail(error)
        }
    }

    private static func open(_ folder: URL) throws(ArchiveError) -> Int32 {
        let root = Glibc.open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard root >= 0 else { throw .system("open the folder", folder.path) }
        return root
    }

    /// An archive inside the folder would pack its own predecessor.
    private static func refuse(_ file: URL, inside folder: URL) throws(ArchiveError) {
        let place = file.deletingLastPathComponent().resolvingSymlinksInPath().path + "/"
        let packed = folder.resolvingSymlinksInPath().path
        guard place.hasPrefix(packed == "/" ? "/" : packed + "/") else { return }
        throw .outputInsideFolder(output: file.path, folder: folder.path)
    }
}
