import Foundation
import Glibc
import PluginKit
import ServiceLifecycleTestKit
import Testing

@testable import PenstockServer

@Suite struct ServeCommandTests {
    private static let health = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

    /// Serves on a free port, lets the test at it and stops, as SIGTERM would.
    private func serving(
        _ yaml: String = ServerBench.yaml, _ test: (ServerFolder, ServerSettings, Int) async throws -> Void
    ) async throws {
        let folder = try ServerFolder()
        let settings = try folder.settings(yaml + "\nlog_level: critical\n", listen: "127.0.0.1:0")
        try await testGracefulShutdown { trigger in
            let server = Task { try await ServeCommand.run(settings) }
            let outcome: Result<Void, any Error>
            do {
                try await test(folder, settings, try await Self.port(settings, in: folder))
                outcome = .success(())
            } catch {
                outcome = .failure(error)
            }
            trigger.triggerGracefulShutdown()
            try await server.value
            try outcome.get()
        }
        let second = try await Gateway.open(settings, logger: try CommandLogger.make(level: "critical"))
        await second.close()
    }

    private static func port(_ settings: ServerSettings, in folder: ServerFolder) async throws -> Int {
        for _ in 0..<1000 where !FileManager.default.fileExists(atPath: Endpoint.file(in: folder.data).path) {
            try await Task.sleep(for: .milliseconds(20))
        }
        let port = try #require(URL(string: Endpoint.of(settings))?.port)
        try #require(port != 0, "the gateway did not start")
        return port
    }

    @Test func `a command finds the gateway and is answered, and the data folder is free afterwards`() async throws {
        try await serving { _, settings, _ in
            let client = try PenstockClient(settings)
            let hooks = try await client.call("ListHooks", as: HookList.self).hooks
            #expect(hooks.map(\.name) == ["main", "open"])
            let deliveries = try await client.call("ListDeliveries", ["maxResults": 5], as: DeliveryList.self)
            #expect(deliveries.deliveries.isEmpty)
            let error = await #expect(throws: CommandError.self) {
                try await client.call("GetDelivery", ["sequence": 9], as: DeliveryView.self)
            }
            #expect(error?.kind == .invalidInput)
            #expect(error?.message == "ResourceNotFoundException: There is no delivery 9 in the journal")
            await client.close()
        }
    }

    @Test func `a second gateway on the port, or on the folder, is told what to do`() async throws {
        try await serving { _, settings, port in
            let other = try ServerFolder()
            let taken = try other.settings("log_level: critical", listen: "127.0.0.1:\(port)")
            let error = await #expect(throws: CommandError.self) { try await ServeCommand.run(taken) }
            #expect(error?.message.contains("--listen") == true, "\(error?.message ?? "")")
            await #expect(throws: (any Error).self) { try await ServeCommand.run(settings) }
        }
    }

    @Test func `where no gateway answers, the command says so`() async throws {
        let folder = try ServerFolder()
        #expect(throws: CommandError.self) { try PenstockClient(try folder.settings()) }
        try FileManager.default.createDirectory(at: folder.data, withIntermediateDirectories: true)
        _ = try AccessKeys.readOrMake(in: folder.data)
        let client = try PenstockClient(try folder.settings(listen: "127.0.0.1:1"))
        let error = await #expect(throws: CommandError.self) { try await client.call("ListHooks", as: HookList.self) }
        await client.close()
        #expect(error?.kind == .unreachable && error?.message.contains("penstock serve") == true)
    }

    /// What a client may send that no client should; afterwards the gateway still answers.
    @Test func `no odd bytes bring the gateway down`() async throws {
        try await serving { _, settings, port in
            let long = String(repeating: "x", count: 200_000)
            let attacks = [
                "\r\n\r\n", "\u{0}\u{1}\u{2}", "GET", "POST / HTTP/1.1\r\n\r\n", "POST / HTTP/9.9\r\nHost: x\r\n\r\n",
                "POST /\u{0} HTTP/1.1\r\nHost: x\r\n\r\n",
                "POST /%FF%00?%ZZ HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: x\r\nHost: y\r\nContent-Length: 2\r\n\r\n{}",
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000000\r\n\r\n{}",
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
                "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: \u{ff}\u{fe}\r\nContent-Length: 0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: x\r\nX-Long: \(long)\r\nContent-Length: 0\r\n\r\n",
                "POST /\(long) HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
                "POST http://elsewhere/ HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
                "POST * HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
                "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
                "POST /hooks/open-hook HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf",
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\u{1f}\u{0b}\u{08}",
                "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            ]
            for attack in attacks {
                let answer = try await RawConnection.answer(to: attack, port: port, patience: 1)
                #expect(!answer.hasPrefix("HTTP/1.1 5"), "\(attack.prefix(80)): \(answer.prefix(80))")
                #expect(!answer.hasPrefix("HTTP/1.1 2"), "\(attack.prefix(80)): \(answer.prefix(80))")
                let health = try await RawConnection.answer(to: Self.health, port: port)
                try #require(health.hasPrefix("HTTP/1.1 200"), "after \(attack.prefix(80))")
            }
        }
    }

    @Test func `a body that is announced too large is refused at once`() async throws {
        try await serving { _, _, port in
            let answer = try await RawConnection.answer(
                to: "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50000000\r\n\r\n", port: port)
            #expect(answer.hasPrefix("HTTP/1.1 413"))
            let hook = try await RawConnection.answer(
                to: "POST /hooks/open-hook HTTP/1.1\r\nHost: x\r\nContent-Length: 50000000\r\n\r\n", port: port)
            #expect(hook.hasPrefix("HTTP/1.1 413"))
        }
    }
}

/// A connection that says exactly what it is told to.
enum RawConnection {
    /// Sends the text and returns what comes within the patience, in seconds. Waits on a thread of its own: the
    /// gateway under test shares this process's few.
    static func answer(to text: String, port: Int, patience: Int = 20) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try exchange(text, port: port, patience: patience) })
            }
        }
    }

    private static func exchange(_ text: String, port: Int, patience: Int) throws -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var limit = timeval(tv_sec: patience, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw CommandError(.failed, "no connection: errno \(errno)") }
        // Latin-1, so that a text can hold any byte.
        let bytes = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { break }
            sent += count
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            answer += buffer[..<count]
            limit = timeval(tv_sec: 0, tv_usec: 200_000)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        return String(decoding: answer, as: UTF8.self)
    }
}
