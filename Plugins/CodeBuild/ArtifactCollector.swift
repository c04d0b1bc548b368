import Foundation
import PluginKit

/// Finds the files of one artifact after the build, as `artifacts` or one of `secondary-artifacts` names them.
///
/// Only called when no process of the build is left: what is found stays what it is.
struct ArtifactCollector {
    /// Without links.
    let sourceFolder: String
    /// Values for `$NAME` in paths.
    let variables: [String: String]
    let log: (String) -> Void

    /// Why an artifact can't be made, as AWS words it where it does.
    struct Failure: Error, Equatable {
        let message: String
    }

    func collect(_ artifacts: Buildspec.Artifacts) throws(Failure) -> ProducedArtifact {
        let bases = try baseFolders(artifacts.baseDirectory)
        var entries: [String: String] = [:]
        for base in bases {
            var excluded: [GlobPattern] = []
            for path in artifacts.excludePaths { excluded += try patterns(path, below: base) }
            for file in artifacts.files {
                try collect(file, below: base, excluded, artifacts, into: &entries)
            }
        }
        guard !entries.isEmpty else { throw Failure(message: "no matching artifact paths found") }
        log("[Container] Found \(entries.count) file(s)")
        return .files(
            root: URL(filePath: sourceFolder, directoryHint: .isDirectory),
            entries: entries.sorted { $0.key < $1.key }.map { .init(path: $0.value, name: $0.key) })
    }

    /// - Parameter entries: name in the archive → path below the source folder.
    private func collect(
        _ file: String, below base: String, _ excluded: [GlobPattern], _ artifacts: Buildspec.Artifacts,
        into entries: inout [String: String]
    ) throws(Failure) {
        let search = FolderSearch(boundary: sourceFolder, keepLinks: artifacts.keepLinks) { path in
            log("[Container] Skipping \(path): it can't be read, or is a link that leads out of the source or nowhere")
        }
        log("[Container] Expanding \(file)")
        let hits = try patterns(file, below: base).flatMap { search.files($0, below: base) }
        if hits.isEmpty { log("[Container] Skipping invalid file path \(file)") }
        for hit in hits {
            let parts = hit.name.split(separator: "/")
            if excluded.contains(where: { $0.covers(parts) }) { continue }
            let name = artifacts.discardPaths ? String(parts.last ?? "") : hit.name
            let path = String(hit.real.dropFirst(sourceFolder.count + 1))
            if let other = entries[name], other != path {
                throw Failure(
                    message: "'\(other)' and '\(path)' would both be '\(name)' in the artifact; "
                        + "set discard-paths: no, or exclude one of them")
            }
            entries[name] = path
        }
    }

    private func baseFolders(_ text: String?) throws(Failure) -> [String] {
        guard let text, !text.isEmpty else { return [sourceFolder] }
        log("[Container] Expanding base directory path: \(text)")
        let search = FolderSearch(boundary: sourceFolder, keepLinks: false) { _ in }
        let found = try patterns(text, below: sourceFolder).flatMap { search.folders($0, below: sourceFolder) }
        guard !found.isEmpty else { throw Failure(message: "no matching base directory path found for \(text)") }
        return found
    }

    /// The patterns that a path stands for, below the base. An absolute path may name something below it.
    private func patterns(_ path: String, below base: String) throws(Failure) -> [GlobPattern] {
        let expanded = VariableReferences.expanded(path, with: variables)
        var patterns: [GlobPattern] = []
        for text in GlobPattern.alternatives(of: expanded) {
            let relative = text.hasPrefix(base + "/") || text == base ? String(text.dropFirst(base.count)) : text
            guard relative == text ? !text.hasPrefix("/") : true, let pattern = GlobPattern(relative) else {
                throw Failure(
                    message:
                        "the path '\(path)' leads out of '\(base)'; name files below the source or its base-directory")
            }
            patterns.append(pattern)
        }
        return patterns
    }
}
