import Foundation
package import PluginKit
import Synchronization

/// Asks hosts' APIs for what has changed only: an answer with an ETag is kept, and a GET that finds it unchanged (304)
/// is answered with it. Hosts don't count those against their limits.
package final class ConditionalClient: HTTPClient {
    private struct Key: Hashable {
        let url: String
        let authorization: String
        let accept: String
    }

    private struct Kept {
        let tag: String
        let status: Int
        let headers: [(name: String, value: String)]
        let body: Data
        var used: UInt64
    }

    private struct State {
        var kept: [Key: Kept] = [:]
        var uses: UInt64 = 0
    }

    /// Larger answers are not kept.
    static let largestBody = 256 << 10
    static let mostKept = 256

    private let base: any HTTPClient
    private let state = Mutex(State())

    package init(_ base: any HTTPClient) { self.base = base }

    package func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
        guard request.isHostCall, request.method == "GET" else { return try await base.send(request) }
        let key = Self.key(of: request)
        let known = look(key)
        var request = request
        if let known { request.headers.append(("If-None-Match", known.tag)) }
        let response = try await base.send(request)
        if response.status == 304, let known {
            _ = try await response.body.collect(upTo: Self.largestBody)
            return HTTPClientResponse(status: known.status, headers: known.headers, body: Self.body(of: known.body))
        }
        return try await kept(response, for: key)
    }

    /// An answer without a known, moderate length goes through unread.
    private func kept(_ response: HTTPClientResponse, for key: Key) async throws -> HTTPClientResponse {
        guard response.status == 200, let tag = response.header("ETag"),
            let length = response.header("Content-Length").flatMap({ Int($0) }), length <= Self.largestBody
        else { return response }
        let body = try await response.body.collect(upTo: Self.largestBody)
        state.withLock { state in
            state.uses += 1
            state.kept[key] = Kept(
                tag: tag, status: response.status, headers: response.headers, body: body, used: state.uses)
            guard state.kept.count > Self.mostKept else { return }
            if let oldest = state.kept.min(by: { $0.value.used < $1.value.used }) { state.kept[oldest.key] = nil }
        }
        return HTTPClientResponse(status: response.status, headers: response.headers, body: Self.body(of: body))
    }

    private func look(_ key: Key) -> Kept? {
        state.withLock { state in
            state.uses += 1
            state.kept[key]?.used = state.uses
            return state.kept[key]
        }
    }

    private static func key(of request: HTTPClientRequest) -> Key {
        func value(_ names: String...) -> String {
            request.headers.first { names.contains($0.name.lowercased()) }?.value ?? ""
        }
        return Key(url: request.url, authorization: value("authorization", "private-token"), accept: value("accept"))
    }

    private static func body(of bytes: Data) -> HTTPClientBody {
        HTTPClientBody {
            let chunk = LastChunk(bytes)
            return { chunk.take() }
        }
    }
}

/// The one chunk of a body that is known, until it is taken.
private final class LastChunk: Sendable {
    private let bytes: Mutex<Data?>

    init(_ bytes: Data) { self.bytes = Mutex(bytes.isEmpty ? nil : bytes) }

    func take() -> Data? {
        bytes.withLock { bytes in
            defer { bytes = nil }
            return bytes
        }
    }
}
