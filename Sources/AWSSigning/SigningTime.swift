import Foundation

/// Times in the two forms that signed requests use.
enum SigningTime {
    private static let basic = Date.ISO8601FormatStyle(
        dateSeparator: .omitted, dateTimeSeparator: .standard, timeSeparator: .omitted, timeZoneSeparator: .omitted,
        includingFractionalSeconds: false, timeZone: .gmt)

    /// `yyyyMMdd'T'HHmmss'Z'`, as in `X-Amz-Date`.
    static func text(_ date: Date) -> String { basic.format(date) }

    /// - Returns: `nil` for anything but that form.
    static func date(_ text: String) -> Date? {
        guard text.utf8.count == 16, text.hasSuffix("Z"), let date = try? basic.parse(text),
            basic.format(date) == text
        else { return nil }
        return date
    }

    /// The `Date` header's form, which old clients send in place of `X-Amz-Date`.
    static func httpDate(_ text: String) -> Date? {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = .gmt
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        return formatter.date(from: text)
    }
}
