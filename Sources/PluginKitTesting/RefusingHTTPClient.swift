package import PluginKit

/// The way out for tests that must not need one: every request fails, naming its URL.
package struct RefusingHTTPClient: HTTPClient {
    package init() {}

    package func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
        throw HTTPClientError.couldNotConnect(
            host: request.url, reason: "this test gave its FakeHost no HTTP client")
    }
}
