import Foundation
import PipelineModel
import PluginKit
import PluginKitTesting
import Testing

@testable import S3Plugin

@Suite struct S3StoreTests {
    /// SeaweedFS keeps a tree of files: it cuts empty segments, lists level by level, and takes shorter keys. S3 does
    /// not, and our URLs and signatures for such keys are checked apart.
    static let checks = ObjectStoreConformance.Check.allCases.filter {
        ![.keepsSlashes, .separatesKeysFromPrefixes, .listsInByteOrder, .takesTheLongestKey].contains($0)
    }

    @Test(arguments: checks)
    func `conforms`(_ check: ObjectStoreConformance.Check) async throws {
        try await S3World.with { world in
            try await ObjectStoreConformance(
                store: world.store, folder: world.host.folder("conformance"), largeSize: 12 << 20
            ).run(check)
        }
    }

    @Test func `reads old versions, and misses those that never were`() async throws {
        try await S3World.with(versioned: true) { world in
            let first = try await world.put("k", "one")
            let second = try await world.put("k", "two")
            #expect(try #require(first.version) != #require(second.version))
            let file = world.host.root.appendingPathComponent("target")
            #expect(try await world.store.get("k", version: first.version, into: file).version == first.version)
            #expect(try String(contentsOf: file, encoding: .utf8) == "one")
            #expect(try await world.store.head("k", version: nil).version == second.version)
            await #expect(throws: ObjectStoreError.noSuchKey(bucket: world.bucket, key: "k")) {
                try await world.store.head("k", version: "never")
            }
        }
    }

    @Test func `options travel with the object`() async throws {
        try await S3World.with { world in
            let file = world.host.root.appendingPathComponent("page")
            try Data("<p>".utf8).write(to: file)
            _ = try await world.store.put(
                "page.html", file: file,
                options: PutOptions(contentType: "text/html", cacheControl: "public, max-age=5", cannedACL: "private"))
            let response = try await world.store.client.send(.init(method: "HEAD", key: "page.html"))
            #expect(response.header("Cache-Control") == "public, max-age=5")
            #expect(response.header("Content-Type") == "text/html")
        }
    }

    @Test func `a part that can't be sent aborts the upload`() async throws {
        try await S3World.with { world in
            let file = world.host.root.appendingPathComponent("large")
            try Data(count: 12 << 20).write(to: file)
            var store = world.store
            // Refused by the client before it is sent: every part is a "part" past the end of the file's hash.
            store = S3Store(
                bucket: world.bucket,
                client: S3Client(
                    bucket: world.bucket, settings: world.store.client.settings,
                    host: try FakeHost(http: PartRefuser(inner: world.host.http))))
            store.singlePutLimit = 6 << 20
            store.smallestPart = 5 << 20
            await #expect(throws: ObjectStoreError.self) {
                try await store.put("large", file: file, options: PutOptions())
            }
            let uploads = try await world.store.client.document(.init(method: "GET", parameters: ["uploads": ""]))
            #expect(!String(decoding: uploads, as: UTF8.self).contains("<UploadId>"))
            #expect(try await world.keys().isEmpty)
        }
    }

    @Test func `a wrong secret is denied, a bucket that isn't there is said to be missing`() async throws {
        let host = try FakeHost(http: makeHTTPClient())
        defer { host.remove() }
        try await S3World.with { world in
            let wrong = try S3StoreProvider().store(
                for: world.bucket, settings: S3World.settings(["secret_access_key": .string("wrong")]), host: host)
            await #expect {
                try await wrong.list(prefix: "", after: nil, limit: 1)
            } throws: { error in
                guard case ObjectStoreError.accessDenied(_, let reason) = error else { return false }
                return reason.contains("SignatureDoesNotMatch") && !reason.contains(WeedServer.secretKey)
            }
        }
        let missing = S3Store(bucket: "missing", client: try S3World.client("missing", host: host))
        await #expect(throws: ObjectStoreError.noSuchBucket("missing")) {
            try await missing.list(prefix: "", after: nil, limit: 1)
        }
    }

    @Test func `a server that can't be reached is unavailable`() async throws {
        let host = try FakeHost()
        defer { host.remove() }
        let store = try S3StoreProvider().store(for: "bucket", settings: S3World.settings(), host: host)
        await #expect {
            try await store.head("k", version: nil)
        } throws: { error in
            guard case ObjectStoreError.unavailable("bucket", _) = error else { return false }
            return true
        }
    }

    @Test(
        arguments: [
            (404, "NoSuchKey", .noSuchKey(bucket: "b", key: "k")), (404, nil, .noSuchKey(bucket: "b", key: "k")),
            (404, "NoSuchBucket", .noSuchBucket("b")), (400, "KeyTooLongError", .invalidKey("k")),
            (403, nil, .accessDenied(bucket: "b", reason: "HTTP 403")),
            (403, "AccessDenied", .accessDenied(bucket: "b", reason: "AccessDenied: m (HTTP 403)")),
            (
                403, "RequestTimeTooSkewed",
                .accessDenied(bucket: "b", reason: "RequestTimeTooSkewed: m (HTTP 403); set this machine's clock")
            ),
            (400, "BadDigest", .corrupted(bucket: "b", key: "k", reason: "BadDigest: m (HTTP 400)")),
            (503, "SlowDown", .unavailable(bucket: "b", reason: "SlowDown: m (HTTP 503)")),
            (
                301, "PermanentRedirect",
                .unavailable(
                    bucket: "b", reason: "PermanentRedirect: m (HTTP 301); check the store's endpoint and region")
            ),
            (500, nil, .unavailable(bucket: "b", reason: "HTTP 500")),
        ] as [(Int, String?, ObjectStoreError)])
    func `refusals get our names`(_ status: Int, _ code: String?, _ expected: ObjectStoreError) {
        let refusal = code.map { S3Refusal(code: $0, message: "m") }
        #expect(S3Client.error(status: status, refusal: refusal, bucket: "b", key: "k", version: nil) == expected)
    }
}

/// Answers every part of an upload with 500, and lets the rest through.
struct PartRefuser: HTTPClient {
    let inner: any HTTPClient

    func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
        guard !request.url.contains("partNumber=2") else {
            return HTTPClientResponse(status: 500, headers: [], body: HTTPClientBody { { nil } })
        }
        return try await inner.send(request)
    }
}
