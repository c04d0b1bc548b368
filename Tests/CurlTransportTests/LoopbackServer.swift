import Foundation
import Synchronization

/// A small HTTP/1.1 server on a free loopback port: one thread for each connection, answers by a closure.
final class LoopbackServer: Sendable {
    struct Failure: Error { let call: String }

    private struct State {
        var connections: [Int32] = []
        var opened = 0
        var closedByClient = 0
        var requests: [ReceivedRequest] = []
        var isStopped = false
    }

    let port: UInt16
    private let listener: Int32
    private let state = Mutex(State())

    /// - Parameter answer: called for each request on its connection's thread; `false` closes the connection.
    init(readsBodies: Bool = true, _ answer: @escaping @Sendable (LoopbackConnection) -> Bool) throws {
        (listener, port) = try Self.listen()
        Thread.detachNewThread { [self] in
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { return }
                guard register(descriptor) else {
                    close(descriptor)
                    return
                }
                Thread.detachNewThread { self.serve(descriptor, readsBodies: readsBodies, answer) }
            }
        }
    }

    /// A port on which nobody listens.
    static func unusedPort() throws -> UInt16 {
        let (descriptor, port) = try listen()
        close(descriptor)
        return port
    }

    func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

    var connectionCount: Int { state.withLock { $0.opened } }
    var openConnections: Int { state.withLock { $0.connections.count } }
    var closedByClient: Int { state.withLock { $0.closedByClient } }
    var requests: [ReceivedRequest] { state.withLock { $0.requests } }

    func stop() {
        let open = state.withLock { state in
            state.isStopped = true
            return state.connections
        }
        shutdown(listener, Int32(SHUT_RDWR))
        for descriptor in open { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    private func register(_ descriptor: Int32) -> Bool {
        state.withLock { state in
            state.opened += 1
            state.connections.append(descriptor)
            return !state.isStopped
        }
    }

    private func serve(_ descriptor: Int32, readsBodies: Bool, _ answer: (LoopbackConnection) -> Bool) {
        let connection = LoopbackConnection(descriptor)
        var goesOn = true
        while goesOn {
            guard connection.readRequest(withBody: readsBodies) else { break }
            state.withLock { $0.requests.append(connection.request) }
            goesOn = answer(connection)
        }
        state.withLock { state in
            state.connections.removeAll { $0 == descriptor }
            if connection.isClosedByClient { state.closedByClient += 1 }
        }
        close(descriptor)
    }

    private static func listen() throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(call: "socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && Foundation.listen(descriptor, 256) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard bound else { throw Failure(call: "bind") }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }
}

struct ReceivedRequest: Sendable {
    var method = ""
    var target = ""
    var headers: [(name: String, value: String)] = []
    var body = Data()

    func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
}
