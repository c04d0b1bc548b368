import CCurl
import Foundation

/// How often and after which pauses an idempotent request is sent again.
package struct RetryPolicy: Sendable {
    /// How often a request is sent at most; 1 means never again.
    package var attempts: Int
    /// The longest first pause; it doubles with each attempt up to `cap`.
    package var base: Duration
    package var cap: Duration
    /// The part of a pause that is drawn by lot: 1 spreads it over the whole range ("full jitter"), 0 never varies.
    package var jitter: Double
    /// A `Retry-After` beyond this isn't waited for: the answer goes to the caller instead.
    package var retryAfterLimit: Duration

    package init(
        attempts: Int = 3, base: Duration = .milliseconds(200), cap: Duration = .seconds(5), jitter: Double = 1,
        retryAfterLimit: Duration = .seconds(30)
    ) {
        self.attempts = attempts
        self.base = base
        self.cap = cap
        self.jitter = jitter
        self.retryAfterLimit = retryAfterLimit
    }

    static let retriableStatuses: Set<Int> = [429, 500, 502, 503, 504]

    /// The pause after the `attempt`-th attempt (counted from 1).
    ///
    /// - Parameters:
    ///   - retryAfter: what the server asked for; the jittered pause comes on top, so that clients spread.
    ///   - lot: a random number from 0 to 1.
    /// - Returns: `nil` when the request isn't sent again.
    func pause(after attempt: Int, retryAfter: Duration?, lot: Double) -> Duration? {
        guard attempt < attempts else { return nil }
        let longest = min(cap, base * Int(1 << min(attempt - 1, 20)))
        let jittered = longest * (1 - jitter + jitter * lot)
        guard let retryAfter else { return jittered }
        return retryAfter <= retryAfterLimit ? retryAfter + jittered : nil
    }

    /// `Retry-After` as a pause: seconds or an HTTP date (RFC 9110, 10.2.3); `nil` when it is neither.
    static func retryAfter(_ value: String?, now: Date) -> Duration? {
        guard let value = value?.trimmingCharacters(in: .whitespaces), !value.isEmpty else { return nil }
        if value.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
            return .seconds(Int(value.prefix(9)) ?? 0)
        }
        let date = curl_getdate(value, nil)
        guard date >= 0 else { return nil }
        let seconds = Double(date) - now.timeIntervalSince1970
        return .seconds(max(0, seconds))
    }
}
