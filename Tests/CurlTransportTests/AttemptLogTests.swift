import Foundation
import Logging
import PluginKit
import Synchronization
import Testing

@testable import CurlTransport

@Suite(.timeLimit(.minutes(1))) struct AttemptLogTests {
    final class Lines: Sendable {
        let all = Mutex<[String]>([])
    }

    struct Recorder: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) {
            let pairs = (event.metadata ?? [:]).map { "\($0.key)=\($0.value)" }.sorted().joined(separator: " ")
            lines.all.withLock { $0.append("\(event.level) \(event.message) \(pairs)") }
        }
    }

    @Test func `each attempt is one line, without query and credentials`() async throws {
        let lines = Lines()
        let logger = Logger(label: "test") { _ in Recorder(lines: lines) }
        let server = try LoopbackServer { $0.answer(503) }
        defer { server.stop() }
        try await withClient(.forTests { $0.retry.attempts = 2 }, logger: logger) { client in
            let headers = [("Authorization", "secret")]
            _ = try await client.send(HTTPClientRequest(url: server.url("/a?token=secret"), headers: headers))
        }
        let said = lines.all.withLock { $0 }
        #expect(said.count == 2)
        for (index, line) in said.enumerated() {
            #expect(line.hasPrefix("debug outgoing request attempt=\(index + 1) method=GET milliseconds="))
            #expect(line.hasSuffix(" status=503 url=http://127.0.0.1:\(server.port)/a"))
        }
    }
}
