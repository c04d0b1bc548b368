import CCurl
import PluginKit

/// An `http(s)` URL that has been checked, taken apart by libcurl's own parser so that both always agree.
struct TargetURL: Sendable, Equatable {
    struct Origin: Sendable, Equatable {
        let scheme: String
        let host: String
        let port: String
    }

    /// Exactly as given: a signature may cover each byte of it.
    let text: String
    let origin: Origin

    /// The host for messages, with the port where it isn't the scheme's own.
    var authority: String {
        let isUsual = origin.port == (origin.scheme == "https" ? "443" : "80")
        return isUsual ? origin.host : "\(origin.host):\(origin.port)"
    }

    /// For logs: query and fragment may hold signatures and tokens.
    var withoutQuery: String { String(text.prefix { $0 != "?" && $0 != "#" }) }

    /// - Throws: ``HTTPClientError/invalidURL(_:)``.
    init(_ text: String) throws {
        guard let handle = curl_url() else { throw HTTPClientError.invalidURL(Self.redacted(text)) }
        defer { curl_url_cleanup(handle) }
        guard Self.isWellFormed(text), curl_url_set(handle, CURLUPART_URL, text, UInt32(CURLU_PATH_AS_IS)) == CURLUE_OK,
            let origin = Self.origin(of: handle), ["http", "https"].contains(origin.scheme),
            Self.part(CURLUPART_USER, of: handle) == nil, Self.part(CURLUPART_PASSWORD, of: handle) == nil
        else { throw HTTPClientError.invalidURL(Self.redacted(text)) }
        self.text = text
        self.origin = origin
    }

    /// Where a redirect leads.
    ///
    /// - Throws: ``HTTPClientError/redirectRefused(to:reason:)``, naming scheme and host only.
    func redirected(to location: String) throws -> TargetURL {
        guard let handle = curl_url() else { throw HTTPClientError.redirectRefused(to: "?", reason: "out of memory") }
        defer { curl_url_cleanup(handle) }
        let flags = UInt32(CURLU_PATH_AS_IS | CURLU_URLENCODE)
        guard !location.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }),
            curl_url_set(handle, CURLUPART_URL, text, UInt32(CURLU_PATH_AS_IS)) == CURLUE_OK,
            curl_url_set(handle, CURLUPART_URL, location, flags) == CURLUE_OK,
            let target = Self.origin(of: handle), let whole = Self.part(CURLUPART_URL, of: handle)
        else { throw HTTPClientError.redirectRefused(to: "?", reason: "its Location is no valid URL") }
        let place = "\(target.scheme)://\(target.host):\(target.port)"
        guard ["http", "https"].contains(target.scheme) else {
            throw HTTPClientError.redirectRefused(to: place, reason: "only http and https are followed")
        }
        guard origin.scheme == "http" || target.scheme == "https" else {
            throw HTTPClientError.redirectRefused(to: place, reason: "it leads from https to http")
        }
        do { return try TargetURL(whole) } catch {
            throw HTTPClientError.redirectRefused(to: place, reason: "its Location holds a user name or is malformed")
        }
    }

    private static func isWellFormed(_ text: String) -> Bool {
        let lowered = text.prefix(9).lowercased()
        guard let prefix = ["http://", "https://"].first(where: { lowered.hasPrefix($0) }) else { return false }
        // libcurl forgives "http:///host"; a reader of the configuration would be misled.
        guard let first = text.dropFirst(prefix.count).first, !"/?#".contains(first) else { return false }
        return text.utf8.count <= 64 << 10 && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    private static func origin(of handle: OpaquePointer) -> Origin? {
        guard let scheme = part(CURLUPART_SCHEME, of: handle), let host = part(CURLUPART_HOST, of: handle),
            let port = part(CURLUPART_PORT, of: handle, flags: UInt32(CURLU_DEFAULT_PORT))
        else { return nil }
        return Origin(scheme: scheme.lowercased(), host: host.lowercased(), port: port)
    }

    private static func part(_ part: CURLUPart, of handle: OpaquePointer, flags: UInt32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &text, flags) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }

    /// A refused URL for a message: without query and fragment, unprintable characters, and anything like a password.
    private static func redacted(_ text: String) -> String {
        guard !text.contains("@") else { return "(not shown: it holds a user name, or a password)" }
        let address = text.unicodeScalars.prefix { $0 != "?" && $0 != "#" }
        return String(String.UnicodeScalarView(address.prefix(200).filter { $0.value > 0x20 && $0.value != 0x7F }))
    }
}
