import CCurl
import PluginKit

extension EasyHandle {
    /// Sets every option that a transfer needs.
    func prepare(for order: TransferOrder, configuration: CurlConfiguration) throws {
        try set(CURLOPT_URL, order.target.text)
        // A key such as `a/../b` is a name, and signed: libcurl must not tidy it.
        try set(CURLOPT_PATH_AS_IS, 1)
        try setSafety(configuration)
        try set(CURLOPT_CONNECTTIMEOUT_MS, max(1, order.request.idleTimeout.wholeMilliseconds))
        try set(CURLOPT_USERAGENT, configuration.userAgent)
        try setMethod(order)
        try setHeaders(order.headers.map(Self.line) + (Self.names(order.headers, "expect") ? [] : ["Expect:"]))
        if !order.request.isIdempotent {
            // A connection that was just used is hardly dead yet; see ActiveTransfer.connected().
            try set(CURLOPT_MAXAGE_CONN, 15)
        }
    }

    private func setSafety(_ configuration: CurlConfiguration) throws {
        try set(CURLOPT_NOSIGNAL, 1)
        // Else giving up a transfer waits for its name resolution, and all others with it.
        try set(CURLOPT_QUICK_EXIT, 1)
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        try set(CURLOPT_BUFFERSIZE, min(64 << 10, max(16 << 10, configuration.bufferLimit / 4)))
        if let file = configuration.certificateAuthorityFile { try set(CURLOPT_CAINFO, file) }
        if let proxy = configuration.proxy { try set(CURLOPT_PROXY, proxy) }
    }

    private func setMethod(_ order: TransferOrder) throws {
        let method = order.request.method
        if method == "HEAD" { return try set(CURLOPT_NOBODY, 1) }
        // An upload of length 0 says `Content-Length: 0`, as a server may demand of these.
        if order.upload.length > 0 || ["POST", "PUT", "PATCH"].contains(method) {
            try set(CURLOPT_UPLOAD, 1)
            try set(CURLOPT_INFILESIZE_LARGE, offset: order.upload.length)
            try set(CURLOPT_UPLOAD_BUFFERSIZE, 128 << 10)
        }
        try set(CURLOPT_CUSTOMREQUEST, method)
    }

    private static func line(_ header: (name: String, value: String)) -> String {
        header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)"
    }

    private static func names(_ headers: [(name: String, value: String)], _ name: String) -> Bool {
        headers.contains { $0.name.lowercased() == name }
    }
}

extension Duration {
    /// For libcurl, whose timeouts are 32-bit milliseconds.
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        return Int(min(seconds, 1_000_000)) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
    }
}
