import Foundation
import PluginKit

/// Where a running gateway of a data folder can be reached: `DATA/endpoint`.
package enum Endpoint {
    static func file(in folder: URL) -> URL { folder.appending(path: "endpoint") }

    static func write(_ endpoint: String, in folder: URL) throws {
        try PrivateFile.write(Data((endpoint + "\n").utf8), to: file(in: folder))
    }

    /// The noted endpoint, else the one that the settings would lead to.
    package static func of(_ settings: ServerSettings) -> String {
        noted(in: settings.dataFolder) ?? url(host: settings.host, port: settings.port)
    }

    /// What the gateway that runs has noted; one that was killed leaves its note behind.
    static func noted(in folder: URL) -> String? {
        guard let text = try? String(contentsOf: file(in: folder), encoding: .utf8) else { return nil }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    static func url(host: String, port: Int) -> String {
        host.contains(":") ? "http://[\(host)]:\(port)" : "http://\(host):\(port)"
    }
}
