package import Foundation
package import PluginKit
import Synchronization

/// Calls of hosts' APIs go through a breaker for each host and credential: an outage or a rate limit is waited out, not
/// met with a flood. Every other request passes untouched.
package final class GuardedClient: HTTPClient {
    /// How one host does, for `/metrics` and `modules list`.
    package struct HostState: Sendable, Equatable {
        package enum Word: String, Sendable { case ok, down, trying }
        package let host: String
        package let word: Word
        package let reason: String?
        /// When the next call may be sent.
        package let until: Date?
    }

    private struct Key: Hashable {
        let origin: String
        /// The credential that was shown; limits are for each.
        let authorization: String
    }

    private let base: any HTTPClient
    private let now: @Sendable () -> Date
    private let breakers = Mutex<[Key: OutageBreaker]>([:])

    package init(_ base: any HTTPClient, now: @escaping @Sendable () -> Date = { Date() }) {
        self.base = base
        self.now = now
    }

    package func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
        guard request.isHostCall, let key = Self.key(of: request) else { return try await base.send(request) }
        if let (seconds, reason) = change(key, { $0.refusal(at: now()) }) {
            throw HTTPClientError.heldBack(host: key.origin, seconds: seconds, reason: reason)
        }
        do {
            let response = try await base.send(request)
            let ending = Self.ending(of: response, at: now())
            change(key) { $0.note(ending, at: now()) }
            return response
        } catch let error as HTTPClientError {
            change(key) { $0.note(Self.ending(of: error), at: now()) }
            throw error
        } catch {
            change(key) { $0.giveUpTrying(at: now()) }
            throw error
        }
    }

    /// Hosts that were called, by name; the worse state of several credentials.
    package var states: [HostState] {
        let all = breakers.withLock { $0 }
        return Dictionary(grouping: all, by: \.key.origin).map { origin, entries in
            let states = entries.map { Self.shown(origin, $0.value) }
            return states.first { $0.word != .ok } ?? HostState(host: origin, word: .ok, reason: nil, until: nil)
        }.sorted { $0.host < $1.host }
    }

    private static func shown(_ origin: String, _ breaker: OutageBreaker) -> HostState {
        switch breaker.state {
        case .closed: HostState(host: origin, word: .ok, reason: nil, until: nil)
        case .open(let until, let reason): HostState(host: origin, word: .down, reason: reason, until: until)
        case .trying(let reason): HostState(host: origin, word: .trying, reason: reason, until: nil)
        }
    }

    @discardableResult
    private func change<Value>(_ key: Key, _ body: (inout OutageBreaker) -> sending Value) -> Value {
        breakers.withLock { breakers in
            var breaker = breakers[key] ?? OutageBreaker()
            let value = body(&breaker)
            breakers[key] = breaker
            return value
        }
    }

    private static func key(of request: HTTPClientRequest) -> Key? {
        guard let parts = URLComponents(string: request.url), let scheme = parts.scheme, let host = parts.host else {
            return nil
        }
        let port = parts.port.map { ":\($0)" } ?? ""
        let credential = request.headers.first { ["authorization", "private-token"].contains($0.name.lowercased()) }
        return Key(origin: "\(scheme)://\(host)\(port)", authorization: credential?.value ?? "")
    }

    private static func ending(of error: HTTPClientError) -> OutageBreaker.Ending {
        switch error {
        case .couldNotConnect, .certificateRefused, .timedOut, .brokenOff: .failed(error.description)
        case .invalidURL, .bodyTooLarge, .redirectRefused, .heldBack, .stopped: .answered
        }
    }

    /// 403 with a limit's headers is GitHub's way to say 429.
    private static func ending(of response: HTTPClientResponse, at now: Date) -> OutageBreaker.Ending {
        let isLimited =
            response.status == 429
            || response.status == 403
                && (response.header("Retry-After") != nil || response.header("X-RateLimit-Remaining") == "0")
        if isLimited { return .heldBack(until: RetryTime(response.headers).date(from: now)) }
        switch response.status {
        case 502, 503, 504: return .failed("it answered \(response.status)")
        default: return .answered
        }
    }
}
