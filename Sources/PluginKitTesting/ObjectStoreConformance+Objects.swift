import Foundation
import PipelineModel
import PluginKit

extension ObjectStoreConformance {
    func getsWhatWasPut(_ bench: Bench) async throws {
        let content = Self.noise(10_000)
        let put = try await bench.put("object", content)
        try bench.expect(put.size == 10_000, "put says size \(put.size)")
        try bench.expect(put.key == bench.prefix + "object", "put says key '\(put.key)'")
        let (got, bytes) = try await bench.get("object")
        try bench.expect(bytes == content, "other bytes came back")
        let head = try await store.head(bench.prefix + "object", version: nil)
        for facts in [got, head] {
            try bench.expect(facts.key == put.key && facts.size == put.size, "\(facts) is not what put said: \(put)")
            try bench.expect(facts.etag != nil && facts.etag == put.etag, "etag \(facts.etag ?? "-") after \(put)")
            try bench.expect(facts.version == put.version, "version \(facts.version ?? "-") after \(put)")
            try bench.expect(!(facts.etag ?? "").contains("\""), "the etag has quotes")
        }
        try bench.expect(abs((head.lastModified ?? .distantPast).timeIntervalSinceNow) < 3600, "no time of change")
    }

    func putsEmptyObjects(_ bench: Bench) async throws {
        _ = try await bench.put("empty", Data())
        let (facts, bytes) = try await bench.get("empty")
        try bench.expect(bytes.isEmpty && facts.size == 0, "an empty object came back as \(bytes.count) bytes")
        let range = try await store.get(bench.prefix + "empty", range: 0..<10)
        try bench.expect(range.isEmpty, "a range of an empty object is not empty")
    }

    func keepsContentTypes(_ bench: Bench) async throws {
        _ = try await bench.put("page", Data("<p>".utf8), options: PutOptions(contentType: "text/html"))
        let type = try await store.head(bench.prefix + "page", version: nil).contentType
        try bench.expect(type == "text/html", "the content type came back as \(type ?? "nothing")")
    }

    func replacesObjects(_ bench: Bench) async throws {
        let first = try await bench.put("object", Data("first, and longer".utf8))
        let second = try await bench.put("object", Data("second".utf8))
        let (facts, bytes) = try await bench.get("object")
        try bench.expect(bytes == Data("second".utf8), "the first object came back")
        try bench.expect(first.etag != second.etag && facts.etag == second.etag, "the etag did not change")
        try bench.expect(first.version == nil || first.version != second.version, "the version did not change")
    }

    func repeatsPuts(_ bench: Bench) async throws {
        let first = try await bench.put("object", Data("same".utf8))
        let second = try await bench.put("object", Data("same".utf8))
        try bench.expect(first.etag == second.etag, "the same bytes have two etags")
        let keys = try await bench.list().keys
        try bench.expect(keys == ["object"], "the same object is listed as \(keys)")
    }

    func truncatesTargets(_ bench: Bench) async throws {
        _ = try await bench.put("object", Data("short".utf8))
        let file = bench.newFile()
        try Data("something much longer".utf8).write(to: file)
        _ = try await store.get(bench.prefix + "object", version: nil, into: file)
        let content = try Data(contentsOf: file)
        try bench.expect(content == Data("short".utf8), "the target holds more than the object")
    }

    func missesAbsentObjects(_ bench: Bench) async throws {
        _ = try await bench.put("absent/child", Data("x".utf8))
        try await bench.expectMissing("absent") { _ = try await bench.get("absent") }
        try await bench.expectMissing("absent") { _ = try await store.head(bench.prefix + "absent", version: nil) }
        try await bench.expectMissing("absent") { _ = try await store.get(bench.prefix + "absent", range: 0..<1) }
    }

    func failsWithoutTheFile(_ bench: Bench) async throws {
        try await bench.expectError("an ObjectStoreError", where: { $0 is ObjectStoreError }) {
            _ = try await store.put(bench.prefix + "object", file: bench.newFile(), options: PutOptions())
        }
        try await bench.expectMissing("object") { _ = try await store.head(bench.prefix + "object", version: nil) }
    }

    func deletesTwice(_ bench: Bench) async throws {
        _ = try await bench.put("a/b", Data("x".utf8))
        try await store.delete(bench.prefix + "a/b")
        try await store.delete(bench.prefix + "a/b")
        try await bench.expectMissing("a/b") { _ = try await bench.get("a/b") }
        let keys = try await bench.list().keys
        try bench.expect(keys.isEmpty, "a deleted object is listed: \(keys)")
        _ = try await bench.put("a/b", Data("again".utf8))
        let bytes = try await bench.get("a/b").content
        try bench.expect(bytes == Data("again".utf8), "a deleted object can't be put again")
    }

    func readsRanges(_ bench: Bench) async throws {
        let content = Self.noise(3_000_000)
        _ = try await bench.put("object", content)
        for range in [0..<1, 0..<3_000_000, 1_048_570..<1_048_580, 2_999_990..<3_000_100, 5_000_000..<5_000_010, 7..<7]
        {
            let part = try await store.get(
                bench.prefix + "object", range: Int64(range.lowerBound)..<Int64(range.upperBound))
            try bench.expect(part == content[range.clamped(to: 0..<content.count)], "range \(range) is wrong")
        }
    }

    func readsTheNewestVersion(_ bench: Bench) async throws {
        let facts = try await bench.put("object", Data("x".utf8))
        if let version = facts.version {
            let bytes = try await bench.get("object", version: version).content
            try bench.expect(bytes == Data("x".utf8), "the version that put named has other bytes")
            _ = try await store.head(bench.prefix + "object", version: version)
        }
    }

    func carriesLargeObjects(_ bench: Bench) async throws {
        let content = Self.noise(largeSize + 12_345)
        let facts = try await bench.put("large", content)
        try bench.expect(facts.size == Int64(content.count), "put says \(facts.size) bytes")
        let (got, bytes) = try await bench.get("large")
        try bench.expect(bytes == content, "other bytes came back")
        try bench.expect(got.size == facts.size && got.etag == facts.etag, "\(got) after \(facts)")
    }

    func putsAtomically(_ bench: Bench) async throws {
        let contents = (0..<6).map { Self.noise(200_000 + $0, seed: UInt64($0 + 1)) }
        _ = try await bench.put("object", contents[0])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for content in contents { group.addTask { _ = try await bench.put("object", content) } }
            for _ in 0..<6 {
                group.addTask {
                    let bytes = try await bench.get("object").content
                    try bench.expect(contents.contains(bytes), "a reader saw a mixture of \(bytes.count) bytes")
                }
            }
            try await group.waitForAll()
        }
    }

    func heedsCancellation(_ bench: Bench) async throws {
        try await bench.expectError("a CancellationError", where: { $0 is CancellationError }) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    withUnsafeCurrentTask { $0?.cancel() }
                    _ = try await bench.put("object", Self.noise(2_000_000))
                }
                try await group.waitForAll()
            }
        }
        try await bench.expectMissing("object") { _ = try await store.head(bench.prefix + "object", version: nil) }
    }
}
