import CCurl
import PluginKit

/// A transfer in the loop's hands: its libcurl handle and how far it has come. Lives on the loop's thread only.
///
/// libcurl's callbacks end in its methods; none of them blocks, and none is called once the handle is freed.
final class ActiveTransfer {
    let transfer: Transfer
    let easy: EasyHandle
    private var parser: ResponseHeadParser
    private var uploadPosition: Int64 = 0
    private var timesConnected = 0
    private var lastActivity: ContinuousClock.Instant?
    private var bytesSeen: curl_off_t = 0
    /// Why one of our own callbacks gave the transfer up; libcurl's result only says that one did.
    private var ownFailure: TransferFailure?

    private var request: HTTPClientRequest { transfer.order.request }
    private var host: String { transfer.order.target.authority }

    /// - Throws: ``EasyHandle/SetupFailure``.
    init(_ transfer: Transfer, configuration: CurlConfiguration) throws {
        guard let easy = EasyHandle() else {
            throw EasyHandle.SetupFailure(option: CURLOPT_URL, reason: "out of memory")
        }
        self.transfer = transfer
        self.easy = easy
        parser = ResponseHeadParser(
            sizeLimit: configuration.headSizeLimit, countLimit: configuration.headerCountLimit)
        try easy.prepare(for: transfer.order, configuration: configuration)
        try easy.set(.ofActiveTransfer, context: Unmanaged.passUnretained(self).toOpaque())
    }

    // MARK: Callbacks

    /// A connection is ready and the request about to be sent.
    ///
    /// libcurl silently sends a request again when a reused connection turns out to be dead. A request that may
    /// already have taken effect must not be sent twice, so the second time is refused.
    func connected() -> Bool {
        timesConnected += 1
        lastActivity = .now
        guard timesConnected > 1, !request.isIdempotent else { return true }
        let reason = "the connection closed before an answer came; the request may have taken effect and isn't repeated"
        ownFailure = TransferFailure(error: HTTPClientError.brokenOff(host: host, reason: reason), mayRetry: false)
        return false
    }

    func receiveHeaderLine(_ line: UnsafeRawBufferPointer) -> Bool {
        lastActivity = .now
        switch parser.take(line) {
        case .more: break
        case .complete(let head): transfer.head.fill(.success(head))
        case .refused(let reason):
            ownFailure = TransferFailure(error: HTTPClientError.brokenOff(host: host, reason: reason), mayRetry: false)
            return false
        }
        return true
    }

    func receiveBody(_ bytes: UnsafeRawBufferPointer) -> BodyBuffer.Verdict {
        lastActivity = .now
        return transfer.body.receive(bytes)
    }

    /// `nil` gives the transfer up.
    func readUpload(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        lastActivity = .now
        do {
            let count = try transfer.order.upload.read(into: buffer, at: uploadPosition)
            uploadPosition += Int64(count)
            return count
        } catch {
            ownFailure = TransferFailure(error: error, mayRetry: false)
            return nil
        }
    }

    func rewindUpload(to position: Int64) { uploadPosition = position }

    func readerMadeRoom() {
        lastActivity = .now
        transfer.body.didResume()
        _ = ccurl_unpause(easy.pointer)
    }

    // MARK: Time

    /// When the loop has to look at this transfer again although nothing happens. Until a connection is there,
    /// libcurl's connection timeout watches, which doesn't count the wait for other transfers' connections.
    var nextDeadline: ContinuousClock.Instant? {
        [transfer.order.deadline, idleDeadline].compactMap { $0 }.min()
    }

    private var idleDeadline: ContinuousClock.Instant? {
        guard let lastActivity, !transfer.body.isHeldByReader else { return nil }
        return lastActivity + request.idleTimeout
    }

    func timeout(at now: ContinuousClock.Instant) -> TransferFailure? {
        if let deadline = transfer.order.deadline, deadline <= now {
            let limit = request.totalTimeout ?? .zero
            return TransferFailure(error: HTTPClientError.timedOut(host: host, after: limit), mayRetry: false)
        }
        guard let idleDeadline, idleDeadline <= now, !hasMovedUnseen() else { return nil }
        return TransferFailure(error: HTTPClientError.timedOut(host: host, after: request.idleTimeout), mayRetry: false)
    }

    /// A buffer full of upload may leave slowly without any callback: libcurl's counters know.
    private func hasMovedUnseen() -> Bool {
        let bytes =
            ccurl_get_offset(easy.pointer, CURLINFO_SIZE_UPLOAD_T)
            + ccurl_get_offset(easy.pointer, CURLINFO_SIZE_DOWNLOAD_T)
        guard bytes != bytesSeen else { return false }
        bytesSeen = bytes
        lastActivity = .now
        return true
    }

    // MARK: The end

    func finish(_ code: CURLcode) {
        guard code == CURLE_OK, ownFailure == nil else {
            return fail(ownFailure ?? failure(for: code))
        }
        let reason = "the connection closed before an answer came"
        let missing = TransferFailure(error: HTTPClientError.brokenOff(host: host, reason: reason), mayRetry: true)
        transfer.body.finish(.success(()))
        transfer.head.fill(.failure(missing))
    }

    func fail(_ failure: TransferFailure) {
        transfer.body.finish(.failure(failure.error))
        transfer.head.fill(.failure(failure))
    }

    private func failure(for code: CURLcode) -> TransferFailure {
        let reason = easy.explanation(of: code)
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_SSL_CONNECT_ERROR,
            CURLE_PROXY:
            return TransferFailure(error: HTTPClientError.couldNotConnect(host: host, reason: reason), mayRetry: true)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CERTPROBLEM:
            let error = HTTPClientError.certificateRefused(host: host, reason: reason)
            return TransferFailure(error: error, mayRetry: false)
        case CURLE_OPERATION_TIMEDOUT:
            // Only the connection timeout is libcurl's, the others are ours.
            let error = HTTPClientError.timedOut(host: host, after: request.idleTimeout)
            return TransferFailure(error: error, mayRetry: true)
        default:
            return TransferFailure(error: HTTPClientError.brokenOff(host: host, reason: reason), mayRetry: true)
        }
    }
}
