import Foundation
import PipelineModel
import PluginKit

extension ObjectStoreConformance {
    /// Puts an object under each key, and wants each back, listed by its own name, deletable without the others.
    func takesKeys(_ bench: Bench, _ keys: [String]) async throws {
        for key in keys { _ = try await bench.put(key, Data("content of \(key)".utf8)) }
        let listed = try await bench.list().keys
        try bench.expect(listed == Self.inByteOrder(keys), "put \(Self.inByteOrder(keys)), listed \(listed)")
        for key in keys {
            let (facts, bytes) = try await bench.get(key)
            try bench.expect(bytes == Data("content of \(key)".utf8), "'\(key)' has another key's bytes")
            try bench.expect(facts.key == bench.prefix + key, "'\(key)' came back as '\(facts.key)'")
        }
        var left = keys
        while let key = left.popLast() {
            try await store.delete(bench.prefix + key)
            try await bench.expectMissing(key) { _ = try await store.head(bench.prefix + key, version: nil) }
            let remaining = try await bench.list().keys
            try bench.expect(remaining == Self.inByteOrder(left), "deleting '\(key)' left \(remaining)")
        }
    }

    func takesTheLongestKey(_ bench: Bench) async throws {
        let room = 1024 - bench.prefix.utf8.count
        let keys = [
            String(repeating: "a", count: room), String(repeating: "a/", count: room / 2),
            String(repeating: "ü", count: room / 2),
        ]
        for key in keys {
            _ = try await bench.put(key, Data(key.utf8))
            let bytes = try await bench.get(key).content
            try bench.expect(bytes == Data(key.utf8), "a key of 1024 bytes has other bytes")
        }
        let listed = try await bench.list().keys
        try bench.expect(listed == Self.inByteOrder(keys), "keys of 1024 bytes are listed as \(listed)")
    }

    func refusesInvalidKeys(_ bench: Bench) async throws {
        let file = bench.newFile()
        try Data("x".utf8).write(to: file)
        for key in ["", "a\0b", String(repeating: "k", count: 1025), "../a", "a/../../b", "a/..", "./a", "a/./b"] {
            let isInvalid = { (error: any Error) in error as? ObjectStoreError == .invalidKey(key) }
            try await bench.expectError("invalidKey('\(key)')", where: isInvalid) {
                _ = try await store.put(key, file: file, options: PutOptions())
            }
            try await bench.expectError("invalidKey('\(key)')", where: isInvalid) {
                _ = try await store.get(key, version: nil, into: bench.newFile())
            }
            try await bench.expectError("invalidKey('\(key)')", where: isInvalid) { try await store.delete(key) }
        }
    }

    func listsInByteOrder(_ bench: Bench) async throws {
        let keys = [
            "a/b", "a-b", "a0", "B", "é", "z", "\u{FFFD}", "\u{1F600}", "a/b/c0", "a.b", "_", "\(bigSegment)/x",
            "\(bigSegment)-x", "\(bigSegment)0", "\(bigSegment)0/y",
        ]
        for key in keys { _ = try await bench.put(key, Data(key.utf8)) }
        let (listed, isTruncated) = try await bench.list()
        try bench.expect(listed == Self.inByteOrder(keys), "listed \(listed)")
        try bench.expect(!isTruncated, "a whole listing says that there is more")
        for (index, key) in listed.enumerated() {
            let rest = try await bench.list(after: key).keys
            try bench.expect(rest == Array(listed[(index + 1)...]), "after '\(key)' comes \(rest)")
        }
    }

    func listsPages(_ bench: Bench) async throws {
        let keys = (0..<25).map { "p/\($0 / 10)/\($0 % 10)" } + ["p", "pq", "q/1"].filter { $0 != "p" }
        for key in keys { _ = try await bench.put(key, Data(key.utf8)) }
        let below = Self.inByteOrder(keys.filter { $0.hasPrefix("p/") })
        var pages: [[String]] = []
        var after: String?
        repeat {
            let page = try await bench.list("p/", after: after, limit: 10)
            pages.append(page.keys)
            after = page.isTruncated ? page.keys.last : nil
        } while after != nil && pages.count < 10
        try bench.expect(pages.map(\.count) == [10, 10, 5], "pages of \(pages.map(\.count)) keys")
        try bench.expect(pages.flatMap(\.self) == below, "pages hold \(pages)")
        let exact = try await bench.list("p/2/", limit: 5)
        try bench.expect(exact.keys.count == 5 && !exact.isTruncated, "five keys of five are said to be not all")
        let partial = try await bench.list("p/1", after: "p/1/7").keys
        try bench.expect(partial == ["p/1/8", "p/1/9"], "the rest of 'p/1' is \(partial)")
        let before = try await bench.list("q", after: "a").keys
        try bench.expect(before == ["q/1"], "below 'q' after 'a' is \(before)")
        let none = try await bench.list("nothing/")
        try bench.expect(none.keys.isEmpty && !none.isTruncated, "nothing is listed as \(none)")
        let facts = try await store.list(prefix: bench.prefix + "q/1", after: nil, limit: 1).objects.first
        try bench.expect(facts?.size == 3 && facts?.etag != nil, "a listed object has the facts \(facts as Any)")
    }

    private var bigSegment: String { String(repeating: "s", count: 60) }

    private static func inByteOrder(_ keys: [String]) -> [String] {
        keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
