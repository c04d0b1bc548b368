import Foundation

/// A program run to its end, with its output kept in files: a child that lingers can't hold the test up.
struct Command: Sendable {
    struct Output: Sendable {
        let status: Int32
        let stdout: Data
        let stderr: String
        var text: String { String(decoding: stdout, as: UTF8.self) }
    }

    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    let program: URL
    var arguments: [String]
    var environment: [String: String]
    var folder: URL?

    init(
        _ tool: Tool, _ arguments: [String], environment: [String: String] = Command.cleanEnvironment,
        in folder: URL? = nil
    ) throws {
        self.program = try tool.url()
        self.arguments = arguments
        self.environment = environment
        self.folder = folder
    }

    /// What every child gets: no AWS or Git settings of whoever runs the tests.
    static var cleanEnvironment: [String: String] {
        let own = ProcessInfo.processInfo.environment
        var clean = ["PATH", "TMPDIR", "LLVM_PROFILE_FILE", "LD_LIBRARY_PATH", "LANG"].reduce(into: [:]) {
            $0[$1] = own[$1]
        }
        clean["HOME"] = NSTemporaryDirectory()
        clean["GIT_CONFIG_GLOBAL"] = "/dev/null"
        clean["GIT_CONFIG_NOSYSTEM"] = "1"
        return clean
    }

    /// The same with a clock that is ahead by so many seconds: for years that a test can't wait.
    static func environment(ahead seconds: Int) throws -> [String: String] {
        guard seconds != 0 else { return cleanEnvironment }
        let wrapper = try Tool.faketime.url()
        let folders = ["/usr/lib", "/usr/local/lib"].flatMap { root in
            ["x86_64-linux-gnu", "aarch64-linux-gnu", ""].map { "\(root)/\($0)/faketime/libfaketime.so.1" }
        }
        guard let library = folders.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
            throw Missing("\(wrapper.path) is there and its library is not: apt-get install --reinstall libfaketime")
        }
        return cleanEnvironment.merging([
            "LD_PRELOAD": library, "FAKETIME": "+\(seconds)s", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        ]) { $1 }
    }

    func run() async throws -> Output {
        let scratch = try Scratch("command")
        defer { scratch.remove() }
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.environment = environment
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        let files = (out: try scratch.emptyFile("out"), error: try scratch.emptyFile("err"))
        // Foundation keeps a process's handles longer than the process lives.
        defer { try? files.out.close() }
        defer { try? files.error.close() }
        process.standardOutput = files.out
        process.standardError = files.error
        let status: Int32 = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        return Output(
            status: status, stdout: try Data(contentsOf: scratch.url("out")),
            stderr: String(decoding: try Data(contentsOf: scratch.url("err")), as: UTF8.self))
    }

    /// - Throws: ``Failed`` with the output when it does not end with 0.
    @discardableResult
    func checked() async throws -> Output {
        let output = try await run()
        guard output.status == 0 else {
            throw Failed(
                description: "\(program.lastPathComponent) \(arguments.joined(separator: " ")) ended with "
                    + "\(output.status): \(output.stderr)\(output.text)")
        }
        return output
    }
}
