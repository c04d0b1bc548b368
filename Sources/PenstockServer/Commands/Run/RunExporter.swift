import Foundation
import PipelineModel
import PluginKit

/// Writes a bucket's objects into a folder, each under its key.
struct RunExporter {
    let host: GatewayHost

    /// - Throws: ``CommandError`` when the folder holds something already or a key is no path.
    func export(_ export: RunExport) async throws {
        try Self.checkIsFree(export.folder)
        let store = try host.store(for: BucketName(export.bucket))
        do {
            try FileManager.default.createDirectory(at: export.folder, withIntermediateDirectories: true)
        } catch {
            throw CommandError(
                .invalidInput, "--export: \(export.folder.path) can't be made: \(error.localizedDescription)")
        }
        CommandOutput.line("\(export.bucket) in \(export.folder.path):")
        var last: String?
        repeat {
            let listing = try await store.list(prefix: "", after: last, limit: 1000)
            for object in listing.objects {
                try await write(object, of: store, below: export.folder)
                CommandOutput.line("  \(object.key)  \(RunText.bytes(object.size))")
            }
            last = listing.isTruncated ? listing.objects.last?.key : nil
        } while last != nil
    }

    /// Asked before a run as well, so that it isn't made for nothing.
    ///
    /// - Throws: ``CommandError`` when something is there already that isn't an empty folder.
    static func checkIsFree(_ folder: URL) throws {
        guard FileManager.default.fileExists(atPath: folder.path) else { return }
        guard let found = try? FileManager.default.contentsOfDirectory(atPath: folder.path), found.isEmpty else {
            throw CommandError(.invalidInput, "--export: \(folder.path) is not an empty folder; name another")
        }
    }

    private func write(_ object: ObjectFacts, of store: any ObjectStore, below folder: URL) async throws {
        let parts = object.key.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else {
            throw CommandError(.failed, "--export: the key '\(object.key)' can't be a file's path")
        }
        let file = parts.reduce(folder) { $0.appending(path: $1) }
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        _ = try await store.get(object.key, version: nil, into: file)
    }
}
