import PluginKit

/// For commands that look at the configuration and call nobody.
struct OfflineHTTPClient: HTTPClient {
    func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse { throw HTTPClientError.stopped }
}
