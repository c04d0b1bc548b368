import Foundation
import PluginKit

/// When a host that asked us to call less often wants to hear from us again.
struct RetryTime {
    let headers: [(name: String, value: String)]

    init(_ headers: [(name: String, value: String)]) { self.headers = headers }

    /// By `Retry-After` (seconds or a date), else by `X-RateLimit-Reset` or `RateLimit-Reset` (epoch seconds, or
    /// seconds from now where the number is small); `nil` when none says.
    func date(from now: Date) -> Date? {
        if let text = value("retry-after") { return Self.seconds(text).map { now + $0 } ?? Self.httpDate(text) }
        guard let number = (value("x-ratelimit-reset") ?? value("ratelimit-reset")).flatMap(Self.seconds) else {
            return nil
        }
        return number > 1_000_000_000 ? Date(timeIntervalSince1970: number) : now + number
    }

    private func value(_ name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }

    private static func seconds(_ text: String) -> Double? {
        Double(text.trimmingCharacters(in: .whitespaces)).flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
    }

    /// RFC 9110's preferred form, e.g. `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static func httpDate(_ text: String) -> Date? {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = .gmt
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        return format.date(from: text)
    }
}
