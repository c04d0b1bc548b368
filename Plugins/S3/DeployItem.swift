import Foundation
import PipelineModel

/// One object that a deploy puts.
struct DeployItem: Sendable, Equatable {
    let file: URL
    let key: String
    let size: Int64
    let contentType: String

    /// The files of an unpacked artifact, in order, with their keys below a prefix.
    ///
    /// Links are followed where they stay inside the artifact.
    ///
    /// - Throws: `FailureDetails` naming the entry that leads outside, in circles, nowhere, or is no file.
    static func items(below root: URL, prefix: String) throws -> [DeployItem] {
        guard let real = realPath(root.path) else {
            throw FailureDetails(.jobFailed, "The unpacked input artifact is gone.")
        }
        let start = prefix.isEmpty || prefix.hasSuffix("/") ? prefix : prefix + "/"
        var walk = Walk(root: real, prefix: start)
        try walk.visit(real, path: "", above: [real])
        return walk.items
    }

    private struct Walk {
        let root: String
        let prefix: String
        var items: [DeployItem] = []

        /// - Parameter above: the real folders on the way here.
        mutating func visit(_ folder: String, path: String, above: Set<String>) throws {
            for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
                let entry = path.isEmpty ? name : "\(path)/\(name)"
                guard let real = realPath("\(folder)/\(name)") else {
                    throw refusal(entry, "is a link to a file that does not exist")
                }
                guard real.hasPrefix(root + "/") else { throw refusal(entry, "is a link that leads out of it") }
                let attributes = try FileManager.default.attributesOfItem(atPath: real)
                switch attributes[.type] as? FileAttributeType {
                case .typeDirectory:
                    guard !above.contains(real) else { throw refusal(entry, "is a link that leads in circles") }
                    try visit(real, path: entry, above: above.union([real]))
                case .typeRegular:
                    items.append(
                        DeployItem(
                            file: URL(fileURLWithPath: real), key: prefix + entry,
                            size: (attributes[.size] as? NSNumber)?.int64Value ?? 0,
                            contentType: ContentType.ofFile(named: name) ?? ContentType.unknown))
                default: throw refusal(entry, "is neither a file nor a folder")
                }
            }
        }

        private func refusal(_ entry: String, _ reason: String) -> FailureDetails {
            FailureDetails(.jobFailed, "The input artifact can't be deployed: '\(entry)' \(reason).")
        }
    }

    private static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
