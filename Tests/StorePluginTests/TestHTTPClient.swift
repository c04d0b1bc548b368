import CurlTransport
import Logging
import PluginKit

/// The way out for the tests of the S3 store: the gateway's own client, straight to loopback.
func makeHTTPClient() -> any HTTPClient {
    CurlClient(
        configuration: CurlConfiguration(proxy: ""), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
}
