import Crypto
import Foundation
import Testing

/// A folder of one test's own, removed with it.
final class ScratchFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("penstock-archive-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    subscript(path: String) -> URL { url.appendingPathComponent(path) }

    /// Writes a file and the folders above it.
    @discardableResult
    func write(_ path: String, _ data: Data, mode: Int = 0o644) throws -> URL {
        let file = self[path]
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
        return file
    }

    @discardableResult
    func write(_ path: String, _ text: String, mode: Int = 0o644) throws -> URL {
        try write(path, Data(text.utf8), mode: mode)
    }

    func folder(_ path: String, mode: Int = 0o755) throws {
        try FileManager.default.createDirectory(at: self[path], withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: self[path].path)
    }

    func link(_ path: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: self[path].path, withDestinationPath: target)
    }

    /// The names directly in the folder.
    func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
    }
}

/// Every path below `folder` with its kind, mode and content, for comparing trees.
func snapshot(_ folder: URL, modes: Bool = true) throws -> [String: String] {
    var result: [String: String] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
        let file = folder.appendingPathComponent(path)
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        let mode = modes ? String((attributes[.posixPermissions] as? Int ?? -1) & 0o7777, radix: 8) : ""
        switch attributes[.type] as? FileAttributeType {
        case .typeDirectory: result[path] = "folder \(mode)"
        case .typeSymbolicLink:
            result[path] = "link \(try FileManager.default.destinationOfSymbolicLink(atPath: file.path))"
        default: result[path] = "file \(mode) \(try sha256(file))"
        }
    }
    return result
}

func sha256(_ file: URL) throws -> String {
    SHA256.hash(data: try Data(contentsOf: file)).map { String(format: "%02x", $0) }.joined()
}

/// Runs a program and returns what it printed; a missing one fails with the package that has it.
@discardableResult
func run(_ arguments: String..., in folder: URL, package: String) throws -> String {
    try run(arguments, in: folder, package: package)
}

@discardableResult
func run(_ arguments: [String], in folder: URL, package: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.currentDirectoryURL = folder
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
        throw CommandFailure(
            description: "\(arguments) ended with \(process.terminationStatus): \(output.suffix(2_000)) "
                + "(127 means that it is missing: apt-get install \(package))")
    }
    return output
}

struct CommandFailure: Error, CustomStringConvertible {
    var description: String
}

/// SplitMix64: the same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// Bytes that don't shrink, or text-like ones that do; large ones repeat at a distance beyond deflate's window.
    mutating func data(_ count: Int, compressible: Bool) -> Data {
        let piece = 1 << 18
        if count > piece {
            let repeated = data(piece, compressible: compressible)
            var result = Data(capacity: count)
            while result.count < count { result.append(repeated.prefix(count - result.count)) }
            return result
        }
        var data = Data(capacity: count + 64)
        let mask: UInt64 = compressible ? 0x0F0F_0F0F_0F0F_0F0F : .max
        while data.count < count {
            let word = next() & mask
            let times = compressible ? 4 : 1
            for _ in 0..<times { withUnsafeBytes(of: word) { data.append(contentsOf: $0) } }
        }
        return data.prefix(count)
    }
}
