import Foundation
package import Logging
package import PluginKit

/// The one client for outgoing HTTP, over libcurl. `PenstockServer` makes it, lends it to the plugins, and stops it.
///
/// `send` checks the request, follows redirects and repeats what may be repeated; ``CurlLoop`` moves the bytes.
package final class CurlClient: HTTPClient {
    static let redirectLimit = 5

    let configuration: CurlConfiguration
    let logger: Logger
    let loop: CurlLoop

    /// Starts the client's thread.
    package init(configuration: CurlConfiguration = .init(), logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        loop = CurlLoop(configuration: configuration)
    }

    deinit { loop.abandon() }

    /// Ends the thread; all who wait get ``HTTPClientError/stopped``, and so does every later request. May be called
    /// often and at any time.
    package func stop() async {
        await loop.stop()
    }

    /// - Throws: what ``HTTPClient/send(_:)`` says, and ``CurlRequestError`` for a request that can't be sent as it is.
    package func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
        try Task.checkCancellation()
        var target = try TargetURL(request.url)
        var request = try RequestChecks.checked(request)
        let upload = try UploadSource(request.body)
        try RequestChecks.checkContentLength(request, isLength: upload.length)
        let deadline = request.totalTimeout.map { ContinuousClock.now + $0 }
        var hops = 0
        while true {
            let order = TransferOrder(
                request: request, target: target, headers: RequestChecks.headersToSend(request), upload: upload,
                deadline: deadline)
            let answer = try await sendWithRetries(order)
            guard let next = try redirect(answer, of: order, hops: hops) else { return answer.response() }
            answer.lease.discardRest()
            hops += 1
            (request, target) = next
        }
    }
}

/// A head that has arrived, and the right to its body. Dropping it cancels the transfer.
struct Answer: Sendable {
    let head: ResponseHead
    let lease: BodyLease

    func header(_ name: String) -> String? {
        head.headers.first { $0.name.caseInsensitiveCompare(name) == .orderedSame }?.value
    }

    func response() -> HTTPClientResponse {
        HTTPClientResponse(status: head.status, headers: head.headers, body: lease.body())
    }
}
