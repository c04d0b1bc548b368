/// What a ``CurlClient`` may use and how patient it is. `PenstockServer` fills it from `penstock.yaml`.
package struct CurlConfiguration: Sendable {
    /// Open connections to one host; further requests wait for one to become free.
    package var maxConnectionsPerHost: Int
    package var maxConnectionsTotal: Int
    /// A PEM file with certificate authorities to trust beside the system's folder, e.g. an on-premises one.
    package var certificateAuthorityFile: String?
    /// `nil` takes `http_proxy`, `https_proxy` and `no_proxy` from the environment as libcurl does, `""` means none.
    package var proxy: String?
    /// Bytes of a response's body that wait for their reader before the sender is slowed down.
    package var bufferLimit: Int
    package var headSizeLimit: Int
    package var headerCountLimit: Int
    package var retry: RetryPolicy
    package var userAgent: String

    package init(
        maxConnectionsPerHost: Int = 16, maxConnectionsTotal: Int = 128, certificateAuthorityFile: String? = nil,
        proxy: String? = nil, bufferLimit: Int = 256 << 10, headSizeLimit: Int = 64 << 10,
        headerCountLimit: Int = 200, retry: RetryPolicy = .init(), userAgent: String = "penstock"
    ) {
        self.maxConnectionsPerHost = maxConnectionsPerHost
        self.maxConnectionsTotal = maxConnectionsTotal
        self.certificateAuthorityFile = certificateAuthorityFile
        self.proxy = proxy
        self.bufferLimit = bufferLimit
        self.headSizeLimit = headSizeLimit
        self.headerCountLimit = headerCountLimit
        self.retry = retry
        self.userAgent = userAgent
    }
}
