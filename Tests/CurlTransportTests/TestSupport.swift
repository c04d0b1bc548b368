import Foundation
import Logging
import PluginKit
import Synchronization
import Testing

@testable import CurlTransport

extension CurlConfiguration {
    /// Never through a proxy of the machine that runs the tests; quick about retries.
    static func forTests(_ change: (inout CurlConfiguration) -> Void = { _ in }) -> CurlConfiguration {
        var configuration = CurlConfiguration(proxy: "")
        configuration.retry = RetryPolicy(attempts: 3, base: .milliseconds(5), cap: .milliseconds(20))
        change(&configuration)
        return configuration
    }
}

/// A client for the time of `use`, stopped afterwards.
func withClient<Result>(
    _ configuration: CurlConfiguration = .forTests(), logger: Logger = Logger(label: "test"),
    _ use: (CurlClient) async throws -> Result
) async throws -> Result {
    let client = CurlClient(configuration: configuration, logger: logger)
    do {
        let result = try await use(client)
        await client.stop()
        return result
    } catch {
        await client.stop()
        throw error
    }
}

/// A client and a server for the time of `use`.
func withServer<Result>(
    _ configuration: CurlConfiguration = .forTests(), readsBodies: Bool = true,
    _ answer: @escaping @Sendable (LoopbackConnection) -> Bool,
    use: (CurlClient, LoopbackServer) async throws -> Result
) async throws -> Result {
    let server = try LoopbackServer(readsBodies: readsBodies, answer)
    defer { server.stop() }
    return try await withClient(configuration) { try await use($0, server) }
}

/// Waits until something is so; a test fails when it isn't after ten seconds.
func eventually(
    _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation, _ isSo: () -> Bool
) async throws {
    let end = ContinuousClock.now + .seconds(10)
    while !isSo() {
        guard ContinuousClock.now < end else {
            Issue.record(what, sourceLocation: sourceLocation)
            return
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}

func text(_ response: HTTPClientResponse) async throws -> String {
    String(decoding: try await response.body.collect(upTo: 1 << 20), as: UTF8.self)
}

func withTemporaryFolder<Result>(_ use: (URL) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("curl-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await use(folder)
}

/// Bytes that differ from place to place, so that a lost or swapped block shows.
func pattern(_ count: Int) -> Data {
    var words = [UInt64](repeating: 0, count: count / 8)
    for index in words.indices { words[index] = UInt64(index) &* 0x9E37_79B9_7F4A_7C15 }
    return words.withUnsafeBytes { Data($0) }
}

/// A number that the server's threads and the test share.
final class Tally: Sendable {
    private let number = Mutex(0)

    var value: Int { number.withLock { $0 } }

    func set(_ value: Int) { number.withLock { $0 = value } }

    @discardableResult
    func increase() -> Int {
        number.withLock {
            $0 += 1
            return $0
        }
    }
}
