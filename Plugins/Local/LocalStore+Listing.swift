import Foundation
package import PluginKit

extension LocalStore {
    package func list(prefix: String, after: String?, limit: Int) async throws -> ObjectListing {
        try await reporting(prefix) {
            var walk = Walk(prefix: Array(prefix.utf8), after: after.map { Array($0.utf8) } ?? [], limit: limit)
            try await visit(objects, below: [], &walk)
            let isTruncated = walk.keys.count > limit
            let facts = walk.keys.prefix(max(0, limit)).compactMap { key in
                // Deleted meanwhile: not listed. Damaged: reported by name, as a read would.
                do {
                    return try Result<ObjectFacts, any Error>.success(opened(key, version: nil).trailer.facts)
                } catch ObjectStoreError.noSuchKey {
                    return nil
                } catch let error as ObjectTrailer.Damaged {
                    return .failure(ObjectStoreError.corrupted(bucket: bucket, key: key, reason: error.reason))
                } catch {
                    return .failure(error)
                }
            }
            return ObjectListing(objects: try facts.map { try $0.get() }, isTruncated: isTruncated)
        }
    }

    /// A listing under way: what is asked for, and the keys found, in order, at most one more than the limit.
    private struct Walk {
        let prefix: [UInt8]
        let after: [UInt8]
        let limit: Int
        var keys: [String] = []

        var isDone: Bool { keys.count > max(0, limit) }

        func wants(object key: [UInt8]) -> Bool {
            key.starts(with: prefix) && (after.isEmpty || after.lexicographicallyPrecedes(key))
        }

        /// Whether keys that begin so may be wanted.
        func wants(folder start: [UInt8]) -> Bool {
            (start.starts(with: prefix) || prefix.starts(with: start))
                && (after.isEmpty || after.starts(with: start) || after.lexicographicallyPrecedes(start))
        }
    }

    private func visit(_ folder: URL, below start: [UInt8], _ walk: inout Walk) async throws {
        try await breathe()
        for (name, kind, bytes) in try entries(of: folder) where !walk.isDone {
            let key = start + bytes
            switch kind {
            case .object:
                if walk.wants(object: key) { walk.keys.append(String(decoding: key, as: UTF8.self)) }
            case .folder, .piece:
                guard walk.wants(folder: key) else { continue }
                try await visit(folder.appendingPathComponent(name, isDirectory: true), below: key, &walk)
            }
        }
    }

    /// In the order of the keys: a folder counts as its name and a slash.
    private func entries(of folder: URL) throws -> [(name: String, kind: ObjectPath.Kind, bytes: [UInt8])] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile || error.code == .fileNoSuchFile {
            return []
        }
        return names.compactMap { name in
            ObjectPath.parse(name).map { kind, bytes in
                (name, kind, kind == .folder ? bytes + [UInt8(ascii: "/")] : bytes)
            }
        }.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    }
}
