import Foundation
import Synchronization

/// A real S3-compatible store (SeaweedFS) on loopback, with one identity and a folder of its own.
///
/// All tests share one, each with buckets of its own; it is ended, by its process id, when the tests' process ends.
final class WeedServer: Sendable {
    static let accessKey = "penstock-tests"
    static let secretKey = "a/secret+for~tests"

    let sdk: SDK
    var endpoint: String { sdk.endpoint }
    private let process: Process
    private let scratch: Scratch
    private static let shared = Once { try await start() }

    static func running() async throws -> WeedServer { try await shared.value }

    /// Another process may have taken one of the ports meanwhile: then it is tried with others.
    private static func start() async throws -> WeedServer {
        for _ in 0..<2 {
            if let server = try? await WeedServer() { return server }
        }
        return try await WeedServer()
    }

    private init() async throws {
        scratch = try Scratch("weed")
        try scratch.write(
            """
            {"identities": [{"name": "tests",
              "credentials": [{"accessKey": "\(Self.accessKey)", "secretKey": "\(Self.secretKey)"}],
              "actions": ["Admin", "Read", "Write", "List", "Tagging"]}],
             "kms": {"default_provider": "local",
              "providers": {"local": {"type": "local", "enableOnDemandCreate": true}}}}
            """, to: "s3.json")
        // One volume a bucket: many small buckets must not use the disk up.
        try scratch.write("[master.volume_growth]\ncopy_1 = 1\n", to: "master.toml")
        let ports = try FreePorts.take(8)
        process = Process()
        process.executableURL = try Tool.weed.url()
        process.currentDirectoryURL = scratch.root
        process.arguments = Self.arguments(ports, scratch)
        process.environment = Command.cleanEnvironment.merging(["HOME": scratch.root.path]) { $1 }
        let log = try scratch.emptyFile("weed.log")
        process.standardOutput = log
        process.standardError = log
        sdk = SDK(endpoint: "http://127.0.0.1:\(ports[6])", accessKey: Self.accessKey, secretKey: Self.secretKey)
        try process.run()
        Self.endAtExit(process.processIdentifier, scratch)
        try await awaitStart()
    }

    private static func arguments(_ ports: [UInt16], _ scratch: Scratch) -> [String] {
        [
            "server", "-dir=\(scratch.root.path)", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.port=\(ports[0])",
            "-master.port.grpc=\(ports[1])", "-volume.port=\(ports[2])", "-volume.port.grpc=\(ports[3])",
            "-filer", "-filer.port=\(ports[4])", "-filer.port.grpc=\(ports[5])", "-s3", "-s3.port=\(ports[6])",
            "-s3.port.grpc=\(ports[7])", "-s3.port.iceberg=0", "-s3.port.lance=0",
            "-s3.config=\(scratch.url("s3.json").path)", "-master.volumeSizeLimitMB=64", "-volume.max=100",
            "-master.volumePreallocate=false",
        ]
    }

    /// Waits until a bucket can be made; that takes a second or two.
    private func awaitStart() async throws {
        let log = scratch.url("weed.log")
        try await waiting(until: "weed server -s3 to come up; its log is \(log.path)", every: .milliseconds(200)) {
            guard process.isRunning else {
                throw Missing("weed ended: \((try? String(contentsOf: log, encoding: .utf8).suffix(800)) ?? "")")
            }
            // While nobody listens, boto3 throws; sdk.py gives that as its failure.
            guard let listed = try? await sdk.answer("ListBuckets", service: "s3") else { return false }
            return listed.error == nil
        }
    }

    /// A new bucket with a name of its own.
    func makeBucket(_ purpose: String) async throws -> String {
        let name = "\(purpose)-\(UUID().uuidString.lowercased().prefix(8))"
        try await sdk("CreateBucket", ["Bucket": .string(name)], service: "s3")
        return name
    }

    /// The encryption that each object of a bucket has: key to what a HEAD tells, or nothing.
    func encryptions(in bucket: String) async throws -> [String: String?] {
        var found: [String: String?] = [:]
        for key in try await objects(in: bucket).keys {
            let head = try await sdk("HeadObject", ["Bucket": .string(bucket), "Key": .string(key)], service: "s3")
            found[key] = .some(head["ServerSideEncryption"].string)
        }
        return found
    }

    /// All objects of a bucket: key to bytes.
    func objects(in bucket: String) async throws -> [String: Data] {
        var objects: [String: Data] = [:]
        let listed = try await sdk("ListObjectsV2", ["Bucket": .string(bucket)], service: "s3")
        for key in listed["Contents"].items.compactMap(\.["Key"].string) {
            objects[key] = try await object(key, in: bucket)
        }
        return objects
    }

    func object(_ key: String, in bucket: String) async throws -> Data {
        let got = try await sdk("GetObject", ["Bucket": .string(bucket), "Key": .string(key)], service: "s3")
        return Data(base64Encoded: got["Body"].string ?? "") ?? Data()
    }

    func unfinishedUploads(in bucket: String) async throws -> Int {
        try await sdk("ListMultipartUploads", ["Bucket": .string(bucket)], service: "s3")["Uploads"].items.count
    }

    /// The `stores:` entry of a bucket, with a key for job workers.
    func storeEntry(_ bucket: String) -> String {
        """
          \(bucket):
            module: S3
            endpoint: \(endpoint)
            access_key_id: \(Self.accessKey)
            secret_access_key: "\(Self.secretKey)"
            worker:
              access_key_id: \(Self.accessKey)
              secret_access_key: "\(Self.secretKey)"

        """
    }

    private static let ending = Mutex<(pid: Int32, scratch: Scratch)?>(nil)

    private static func endAtExit(_ pid: Int32, _ scratch: Scratch) {
        ending.withLock { $0 = (pid, scratch) }
        atexit {
            WeedServer.ending.withLock { ending in
                guard let (pid, scratch) = ending else { return }
                kill(pid, SIGKILL)
                scratch.remove()
            }
        }
    }
}
