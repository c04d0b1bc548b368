import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting

@testable import S3Plugin

/// A bucket of its own in the real store, and a host that reaches it.
struct S3World {
    let host: FakeHost
    let store: S3Store
    let bucket: BucketName

    static func settings(_ changes: [String: SettingValue] = [:]) throws -> SettingValue {
        let settings: [String: SettingValue] = [
            "endpoint": .string(try WeedServer.running().endpoint), "access_key_id": .string(WeedServer.accessKey),
            "secret_access_key": .string(WeedServer.secretKey),
        ]
        return .map(settings.merging(changes) { $1 })
    }

    static func client(_ bucket: BucketName, host: FakeHost) throws -> S3Client {
        S3Client(bucket: bucket, settings: try S3Settings(settings(), bucket: bucket.rawValue), host: host)
    }

    /// Makes the bucket; `work` gets the world.
    static func with(versioned: Bool = false, _ work: (S3World) async throws -> Void) async throws {
        let bucket = BucketName("b-\(UUID().uuidString.lowercased())")
        let plain = try FakeHost(http: makeHTTPClient())
        defer { plain.remove() }
        let client = try client(bucket, host: plain)
        try await create(client)
        if versioned { try await keepVersions(client) }
        var store = S3Store(bucket: bucket, client: client)
        // S3 itself takes no smaller parts than 5 MiB.
        store.singlePutLimit = 6 << 20
        store.smallestPart = 5 << 20
        let host = try FakeHost(http: plain.http, stores: [store])
        defer { host.remove() }
        try await work(S3World(host: host, store: store, bucket: bucket))
    }

    /// The server takes requests a moment before its parts have found each other.
    private static func create(_ client: S3Client) async throws {
        let deadline = Date() + 60
        while true {
            do {
                _ = try await client.send(.init(method: "PUT"))
                return
            } catch  where Date() < deadline {
                try await Task.sleep(for: .milliseconds(200))
            }
        }
    }

    private static func keepVersions(_ client: S3Client) async throws {
        let body = Data("<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>".utf8)
        _ = try await client.send(
            .init(
                method: "PUT", parameters: ["versioning": ""], headers: [(name: "Content-Type", value: "text/xml")],
                body: .bytes(body), payloadHash: "dd6f6f21cc8680cc5c32bba98d4297e37552279d7e326a35df847ed2713f2d6a"))
    }

    func put(_ key: String, _ text: String) async throws -> ObjectFacts {
        let file = host.root.appendingPathComponent("source-\(UUID().uuidString)")
        try Data(text.utf8).write(to: file)
        return try await store.put(key, file: file, options: PutOptions())
    }

    func text(_ key: String) async throws -> String {
        String(decoding: try await store.get(key, range: 0..<1_000_000), as: UTF8.self)
    }

    func keys(_ prefix: String = "") async throws -> [String] {
        try await store.list(prefix: prefix, after: nil, limit: 1000).objects.map(\.key)
    }
}
