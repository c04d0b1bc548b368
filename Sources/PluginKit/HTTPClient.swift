public import Foundation

/// The one way out to the network: the host lends it, `CurlTransport` implements it.
///
/// Safe to use from many tasks. Cancelling the task cancels the transfer. A request that may be sent again without
/// harm says so (`isIdempotent`); only those are retried, with growing, jittered pauses, on connection failures,
/// 429, 500, 502, 503 and 504.
public protocol HTTPClient: Sendable {
    /// Sends the request and returns once the response's head has arrived; the body follows as it is read.
    ///
    /// - Throws: ``HTTPClientError``, `CancellationError` when the task was cancelled.
    func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse
}

public struct HTTPClientRequest: Sendable {
    public enum Body: Sendable {
        case none
        case bytes(Data)
        /// `length` bytes of a file from `offset`; read while sending, rewound for a retry.
        case file(path: String, offset: Int64, length: Int64)
    }

    public var method: String
    /// An absolute `http` or `https` URL, already percent-encoded.
    public var url: String
    public var headers: [(name: String, value: String)]
    public var body: Body
    public var isIdempotent: Bool
    /// Longest wait for the connection and for any single pause without bytes.
    public var idleTimeout: Duration
    /// Longest time for the whole exchange, body included; `nil` for none.
    public var totalTimeout: Duration?
    /// Redirects are followed only for GET and HEAD, to `http(s)` only, at most five, and without the
    /// `Authorization` header once the host, port or scheme changes.
    public var followsRedirects: Bool
    /// A call of a host's API: held back while the host is down or has asked us to call less often, and answered from
    /// what is known where the host says that nothing has changed. ``HostAPI`` sets it.
    public var isHostCall = false

    public init(
        method: String = "GET", url: String, headers: [(name: String, value: String)] = [], body: Body = .none,
        isIdempotent: Bool? = nil, idleTimeout: Duration = .seconds(30), totalTimeout: Duration? = nil,
        followsRedirects: Bool = false
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.isIdempotent = isIdempotent ?? ["GET", "HEAD", "PUT", "DELETE"].contains(method)
        self.idleTimeout = idleTimeout
        self.totalTimeout = totalTimeout
        self.followsRedirects = followsRedirects
    }
}

public struct HTTPClientResponse: Sendable {
    /// 200 or above; interim responses are never shown.
    public let status: Int
    public let headers: [(name: String, value: String)]
    /// Reading it slowly slows the sender down; abandoning it cancels the transfer.
    public let body: HTTPClientBody

    public init(status: Int, headers: [(name: String, value: String)], body: HTTPClientBody) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first header of that name, compared without regard to case.
    public func header(_ name: String) -> String? {
        headers.firstValue(ofHeader: name)
    }
}

/// A response body as chunks of bytes. Can be read once.
public struct HTTPClientBody: AsyncSequence, Sendable {
    public typealias Element = Data
    private let makeNext: @Sendable () -> (@Sendable () async throws -> Data?)

    /// - Parameter makeNext: called once per iteration; the function that it returns gives the next chunk, `nil` at
    ///   the end, and throws ``HTTPClientError`` when the body breaks off.
    public init(_ makeNext: @escaping @Sendable () -> (@Sendable () async throws -> Data?)) { self.makeNext = makeNext }

    public struct AsyncIterator: AsyncIteratorProtocol {
        let nextChunk: @Sendable () async throws -> Data?
        public mutating func next() async throws -> Data? { try await nextChunk() }
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(nextChunk: makeNext()) }

    /// The whole body, for answers that are known to be small.
    ///
    /// - Throws: ``HTTPClientError/bodyTooLarge(limit:)`` past `limit` bytes.
    public func collect(upTo limit: Int) async throws -> Data {
        var whole = Data()
        for try await chunk in self {
            guard whole.count + chunk.count <= limit else { throw HTTPClientError.bodyTooLarge(limit: limit) }
            whole.append(chunk)
        }
        return whole
    }
}

/// Why an exchange failed. Messages name the host and never a credential.
public enum HTTPClientError: Error, Sendable, Equatable, CustomStringConvertible {
    case invalidURL(String)
    case couldNotConnect(host: String, reason: String)
    case certificateRefused(host: String, reason: String)
    case timedOut(host: String, after: Duration)
    case brokenOff(host: String, reason: String)
    case bodyTooLarge(limit: Int)
    case redirectRefused(to: String, reason: String)
    /// Not sent: the host is down or asked us to wait, and is left alone for so long.
    case heldBack(host: String, seconds: Int, reason: String)
    case stopped

    public var description: String {
        switch self {
        case .invalidURL(let url): "not an http(s) URL: \(url)"
        case .couldNotConnect(let host, let reason): "could not connect to \(host): \(reason)"
        case .certificateRefused(let host, let reason): "the certificate of \(host) was refused: \(reason)"
        case .timedOut(let host, let after): "\(host) did not answer within \(after)"
        case .brokenOff(let host, let reason): "the exchange with \(host) broke off: \(reason)"
        case .bodyTooLarge(let limit): "the answer is larger than \(limit) bytes"
        case .redirectRefused(let target, let reason): "the redirect to \(target) was refused: \(reason)"
        case .heldBack(let host, let seconds, let reason):
            "\(host) is left alone for \(seconds) more seconds: \(reason)"
        case .stopped: "the client has been stopped"
        }
    }
}
