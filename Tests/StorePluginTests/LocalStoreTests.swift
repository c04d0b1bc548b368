import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import LocalPlugin

@Suite struct LocalStoreTests {
    /// Opens a bucket in a host's folder, and cleans up.
    func withStore(_ work: (FakeHost, any ObjectStore) async throws -> Void) async throws {
        let host = try FakeHost()
        defer { host.remove() }
        try await work(host, LocalStoreProvider().store(for: "bucket", settings: .null, host: host))
    }

    func put(_ text: String, _ key: String, in store: any ObjectStore, _ host: FakeHost) async throws -> ObjectFacts {
        let file = host.root.appendingPathComponent("source")
        try Data(text.utf8).write(to: file)
        return try await store.put(key, file: file, options: PutOptions())
    }

    /// The one object's file in the bucket.
    func objectFile(_ host: FakeHost) throws -> URL {
        let objects = host.root.appendingPathComponent("state/Local/bucket/objects")
        let names = try FileManager.default.subpathsOfDirectory(atPath: objects.path).filter { $0.hasSuffix(".o") }
        return objects.appendingPathComponent(try #require(names.first))
    }

    @Test(arguments: ObjectStoreConformance.Check.allCases)
    func `conforms`(_ check: ObjectStoreConformance.Check) async throws {
        try await withStore { host, store in
            try await ObjectStoreConformance(store: store, folder: host.folder("conformance")).run(check)
        }
    }

    @Test(arguments: [0, 1, 2, 3, 4])
    func `damage anywhere in the file is detected`(_ place: Int) async throws {
        try await withStore { host, store in
            _ = try await put("hello, artifact", "a/b", in: store, host)
            let file = try objectFile(host)
            var bytes = try Data(contentsOf: file)
            let offset = [0, 10, 30, bytes.count - 20, bytes.count - 1][place]
            bytes[offset] ^= 1
            try bytes.write(to: file)
            let target = host.root.appendingPathComponent("target")
            await #expect {
                _ = try await store.get("a/b", version: nil, into: target)
            } throws: { error in
                guard case ObjectStoreError.corrupted(let bucket, let key, _) = error else { return false }
                return bucket == "bucket" && key == "a/b"
            }
            #expect(!FileManager.default.fileExists(atPath: target.path))
            await #expect(throws: ObjectStoreError.self) { try await store.get("a/b", range: 0..<12) }
        }
    }

    @Test func `a file cut short is detected, also by head and list`() async throws {
        try await withStore { host, store in
            _ = try await put("hello, artifact", "a", in: store, host)
            let file = try objectFile(host)
            let bytes = try Data(contentsOf: file)
            for length in [0, 5, bytes.count - 1] {
                try bytes.prefix(length).write(to: file)
                await #expect(throws: ObjectStoreError.self) { try await store.head("a", version: nil) }
                await #expect(throws: ObjectStoreError.self) { try await store.list(prefix: "", after: nil, limit: 1) }
            }
        }
    }

    @Test func `an object moved to another key's file is detected`() async throws {
        try await withStore { host, store in
            _ = try await put("one", "a", in: store, host)
            let file = try objectFile(host)
            try FileManager.default.moveItem(
                at: file, to: file.deletingLastPathComponent().appendingPathComponent("b.o"))
            await #expect {
                try await store.head("b", version: nil)
            } throws: { "\($0)".contains("belongs to another key") }
        }
    }

    @Test func `what a crash left is removed at opening, what is being written is not`() async throws {
        try await withStore { host, store in
            _ = try await put("kept", "a", in: store, host)
            let incoming = IncomingFolder(folder: host.root.appendingPathComponent("state/Local/bucket/incoming"))
            let (handle, path) = try incoming.newFile()
            try Data("half".utf8).write(to: incoming.folder.appendingPathComponent("left-by-a-crash"))
            let again = try LocalStoreProvider().store(for: "bucket", settings: .null, host: host)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: incoming.folder.path)
                    == [URL(fileURLWithPath: path).lastPathComponent])
            #expect(try await again.head("a", version: nil).size == 4)
            try handle.close()
            _ = try LocalStoreProvider().store(for: "bucket", settings: .null, host: host)
            #expect(try FileManager.default.contentsOfDirectory(atPath: incoming.folder.path).isEmpty)
        }
    }

    @Test func `only the newest version is kept, and versions grow though the clock goes back`() async throws {
        let host = try FakeHost(now: { Date(timeIntervalSince1970: 1000) })
        defer { host.remove() }
        let store = try LocalStoreProvider().store(for: "bucket", settings: .null, host: host)
        let first = try await put("one", "a", in: store, host)
        let second = try await put("two", "a", in: store, host)
        #expect(try #require(first.version) < #require(second.version))
        await #expect(throws: ObjectStoreError.noSuchKey(bucket: "bucket", key: "a")) {
            try await store.head("a", version: first.version)
        }
        #expect(try await store.head("a", version: second.version).size == 3)
    }

    @Test func `nothing is left behind when everything is deleted`() async throws {
        try await withStore { host, store in
            _ = try await put("one", "a/b/c", in: store, host)
            try await store.delete("a/b/c")
            let folder = host.root.appendingPathComponent("state/Local/bucket")
            #expect(
                try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted() == ["incoming", "objects"])
        }
    }

    @Test func `a folder of one's own is used`() async throws {
        let host = try FakeHost()
        defer { host.remove() }
        let folder = host.root.appendingPathComponent("own")
        let store = try LocalStoreProvider().store(
            for: "bucket", settings: .map(["path": .string(folder.path)]), host: host)
        _ = try await put("x", "a", in: store, host)
        #expect(FileManager.default.fileExists(atPath: folder.appendingPathComponent("objects/a.o").path))
    }

    @Test(
        arguments: [
            ("b", .map(["path": .string("relative")]), "stores.b.path: 'relative' must be an absolute path"),
            ("b", .map(["folder": .string("/x")]), "stores.b.folder: unknown setting; known here: path"),
            ("b", .map(["path": .string("/dev/null/x")]), "stores.b: the folder /dev/null/x can't be used"),
            ("../b", .null, "stores.../b: a bucket's name may not be empty"),
        ] as [(BucketName, SettingValue, String)])
    func `settings that can't be used are named`(_ bucket: BucketName, _ settings: SettingValue, _ message: String)
        throws
    {
        let host = try FakeHost()
        defer { host.remove() }
        #expect {
            _ = try LocalStoreProvider().store(for: bucket, settings: settings, host: host)
        } throws: { "\($0)".hasPrefix(message) }
    }

    @Test func `the module contributes its store and takes no settings`() throws {
        let plugin = try Local(settings: .null)
        guard case .objectStore(let provider) = try #require(plugin.contributions.first) else {
            return #expect(Bool(false))
        }
        #expect(provider.name == Local.description.name)
        #expect(throws: SettingsError.self) { try Local(settings: .map(["x": .string("y")])) }
    }
}
