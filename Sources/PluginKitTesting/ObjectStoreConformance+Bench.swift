import Foundation
import PipelineModel
import PluginKit

extension ObjectStoreConformance {
    /// One check's place to work: a prefix in the bucket and files of its own.
    struct Bench: Sendable {
        let store: any ObjectStore
        let folder: URL
        let check: Check
        let prefix: String

        init(store: any ObjectStore, folder: URL, check: Check) {
            self.store = store
            self.folder = folder
            self.check = check
            prefix = "conformance/\(check.rawValue)-\(UUID().uuidString.lowercased())/"
        }

        func newFile() -> URL { folder.appendingPathComponent("object-\(UUID().uuidString)") }

        func put(
            _ key: String, _ content: Data, options: PutOptions = PutOptions()
        ) async throws -> ObjectFacts {
            let file = newFile()
            try content.write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            return try await store.put(prefix + key, file: file, options: options)
        }

        func get(_ key: String, version: String? = nil) async throws -> (facts: ObjectFacts, content: Data) {
            let file = newFile()
            defer { try? FileManager.default.removeItem(at: file) }
            let facts = try await store.get(prefix + key, version: version, into: file)
            return (facts, try Data(contentsOf: file))
        }

        func expect(_ holds: Bool, _ reason: @autoclosure () -> String) throws {
            guard holds else { throw Violation(check: check, reason: reason()) }
        }

        /// Runs the work and demands that it fails in a certain way.
        func expectError(
            _ expected: String, where matches: (any Error) -> Bool, _ work: () async throws -> Void
        ) async throws {
            do {
                try await work()
            } catch {
                return try expect(matches(error), "expected \(expected), got \(error)")
            }
            throw Violation(check: check, reason: "expected \(expected), but nothing was thrown")
        }

        func expectMissing(_ key: String, _ work: () async throws -> Void) async throws {
            let missing = ObjectStoreError.noSuchKey(bucket: store.bucket, key: prefix + key)
            try await expectError("\(missing)", where: { $0 as? ObjectStoreError == missing }, work)
        }

        /// Keys below the check's prefix, without it.
        func list(
            _ keyPrefix: String = "", after: String? = nil, limit: Int = 1000
        ) async throws -> (keys: [String], isTruncated: Bool) {
            let listing = try await store.list(
                prefix: prefix + keyPrefix, after: after.map { prefix + $0 }, limit: limit)
            return (listing.objects.map { String($0.key.dropFirst(prefix.count)) }, listing.isTruncated)
        }
    }

    /// Bytes that don't repeat in steps of any block or part, so that a misplaced one shows.
    static func noise(_ count: Int, seed: UInt64 = 1) -> Data {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        var words = [UInt64](repeating: 0, count: (count + 7) / 8)
        for index in words.indices {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            words[index] = state
        }
        return words.withUnsafeBytes { Data($0.prefix(count)) }
    }
}
