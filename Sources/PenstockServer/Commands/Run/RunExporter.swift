import Foundation
import PipelineModel
import PluginKit

/// Writes a bucket's objects into a folder, each under its key.
struct RunExporter {
    let host: GatewayHost

    /// - Throws: ``CommandError`` when the folder holds something already or a key is no path.
    func export(_ export: RunExport) async throws {
        let store = try host.store(for: BucketName(export.bucket))
        let files = FileManager.default
        if let found = try? files.contentsOfDirectory(atPath: export.folder.path), !found.isEmpty {
            throw CommandError(.invalidInput, "--export: \(export.folder.path) is not empty")
        }
        try files.createDirectory(at: export.folder, withIntermediateDirectories: true)
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
