package import Foundation
import Glibc

/// Unpacks zip archives of any tool, trusting none: what would write outside the folder, or more than the limits allow,
/// is refused before a file is written, and whatever fails leaves nothing behind.
///
/// Used by the action runner for input artifacts; blocking, so call it off the cooperative pool.
package struct ArchiveUnpacker: Sendable {
    private let limits: ArchiveLimits
    private let workers: Int

    package init(
        limits: ArchiveLimits = .default, workers: Int = ProcessInfo.processInfo.activeProcessorCount
    ) {
        self.limits = limits
        // Each thread holds about 4 MiB, and the disk is the limit long before.
        self.workers = max(1, min(workers, 8))
    }

    /// Unpacks `file` to `folder`, which must be absent or empty; its parent must exist.
    ///
    /// Calling it again after a failure is safe. After success `folder` is there with all its content; before that it
    /// is not. Archives without Unix modes give 0644 and 0755.
    package func unpack(
        _ file: URL, into folder: URL, isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws(ArchiveError) -> UnpackedArchive {
        let input = try ArchiveInput(file)
        defer { close(input.descriptor) }
        let plan = try UnpackPlan(input, limits: limits)
        if isCancelled() { throw .cancelled }
        let output = try UnpackFolder(for: folder)
        defer { output.discard() }
        for folder in plan.folders { try output.makeFolder(folder.path) }
        try writeFiles(plan.files, from: input, to: output, isCancelled)
        for (path, target) in plan.links { try output.makeLink(path, to: target) }
        for folder in plan.folders.reversed() { try output.setMode(folder.mode, of: folder.path) }
        if isCancelled() { throw .cancelled }
        try output.publish()
        return UnpackedArchive(size: plan.size, entryCount: plan.entryCount)
    }

    private func writeFiles(
        _ files: [ArchiveEntry], from input: ArchiveInput, to output: UnpackFolder,
        _ isCancelled: @escaping @Sendable () -> Bool
    ) throws(ArchiveError) {
        let line = UnpackLine(count: files.count)
        WorkerThreads.start(workers, named: "unpack") {
            do throws(ArchiveError) {
                let reader = EntryReader(input)
                while let range = line.take() {
                    for index in range {
                        try Self.write(files[index], with: reader, to: output, isCancelled)
                    }
                }
            } catch {
                line.fail(error)
            }
        }.join()
        if let failure = line.failure { throw failure }
    }

    private static func write(
        _ entry: ArchiveEntry, with reader: EntryReader, to output: UnpackFolder, _ isCancelled: () -> Bool
    ) throws(ArchiveError) {
        try output.makeFile(entry.path, mode: entry.mode) { file throws(ArchiveError) in
            try reader.read(entry) { piece throws(ArchiveError) in
                if isCancelled() { throw .cancelled }
                try write(piece, to: file, entry)
            }
        }
    }

    private static func write(
        _ piece: UnsafeRawBufferPointer, to file: Int32, _ entry: ArchiveEntry
    ) throws(ArchiveError) {
        var done = 0
        while done < piece.count {
            let put = Glibc.write(file, piece.baseAddress?.advanced(by: done), piece.count - done)
            if put < 0 && errno == EINTR { continue }
            guard put >= 0 else { throw .system("write", entry.path) }
            done += put
        }
    }
}

/// What an archive held.
package struct UnpackedArchive: Sendable, Equatable {
    /// Bytes of all files and link targets.
    package var size: Int64
    package var entryCount: Int
}
