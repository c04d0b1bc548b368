public import Foundation

/// When a schedule starts something, as AWS writes it: `cron(…)`, `rate(…)` or `at(…)`.
public enum ScheduleExpression: Sendable, Hashable, CustomStringConvertible {
    case cron(CronExpression)
    /// Every so many minutes, counted from 1970-01-01T00:00Z: a restart doesn't shift it.
    case rate(minutes: Int)
    /// Once, by the clocks of the schedule's time zone.
    case at(CronExpression, text: String)

    /// - Parameter text: `cron(0 9 ? * MON-FRI *)`, `rate(5 minutes)`, `at(2026-12-24T18:00:00)`.
    public init(schedule text: String) throws(CronSyntaxError) {
        guard let open = text.firstIndex(of: "("), text.hasSuffix(")") else { throw Self.refusal(text) }
        let inside = String(text[text.index(after: open)...].dropLast())
        switch text[..<open] {
        case "cron": self = .cron(try CronExpression(scheduleFields: inside))
        case "rate": self = .rate(minutes: try Self.minutes(inside))
        case "at": self = .at(try Self.moment(inside), text: inside)
        default: throw Self.refusal(text)
        }
    }

    public var description: String {
        switch self {
        case .cron(let cron): "cron(\(cron))"
        case .rate(let minutes): "rate(\(minutes) minute\(minutes == 1 ? "" : "s"))"
        case .at(_, let text): "at(\(text))"
        }
    }

    /// Whether the minute that holds the date is one of the schedule's.
    public func matches(_ date: Date, in zone: TimeZone) -> Bool {
        switch self {
        case .cron(let cron), .at(let cron, _): cron.matches(date, in: zone)
        case .rate(let minutes): Int((date.timeIntervalSince1970 / 60).rounded(.down)) % minutes == 0
        }
    }

    /// The schedule's first minute that begins after the date; `nil` when there is none until the end of 2199.
    public func next(after date: Date, in zone: TimeZone) -> Date? {
        switch self {
        case .cron(let cron), .at(let cron, _): return cron.next(after: date, in: zone)
        case .rate(let minutes):
            let period = Double(minutes * 60)
            return Date(timeIntervalSince1970: ((date.timeIntervalSince1970 / period).rounded(.down) + 1) * period)
        }
    }

    private static func minutes(_ text: String) throws(CronSyntaxError) -> Int {
        let parts = text.split(separator: " ")
        let units = ["minute": 1, "minutes": 1, "hour": 60, "hours": 60, "day": 1440, "days": 1440]
        guard parts.count == 2, let number = Int(parts[0]), (1...100_000).contains(number),
            let unit = units[String(parts[1])]
        else {
            throw CronSyntaxError(
                field: "the rate", text: text,
                reason: "write a number and a unit: minutes, hours or days, e.g. 5 minutes")
        }
        return number * unit
    }

    private static func moment(_ text: String) throws(CronSyntaxError) -> CronExpression {
        let refusal = CronSyntaxError(
            field: "the time", text: text, reason: "write YYYY-MM-DDTHH:MM:SS, e.g. 2026-12-24T18:00:00")
        let parts = text.split(whereSeparator: { "-T:".contains($0) }).map(String.init)
        guard parts.map(\.count) == [4, 2, 2, 2, 2, 2], text.count == 19, text.contains("T") else { throw refusal }
        let numbers = parts.compactMap(Int.init)
        guard numbers.count == 6, (1...12).contains(numbers[1]),
            (1...CivilTime.daysInMonth(numbers[0], numbers[1])).contains(numbers[2])
        else { throw refusal }
        do {
            return try CronExpression(
                scheduleFields: "\(numbers[4]) \(numbers[3]) \(numbers[2]) \(numbers[1]) ? \(numbers[0])")
        } catch { throw refusal }
    }

    private static func refusal(_ text: String) -> CronSyntaxError {
        CronSyntaxError(
            field: "the schedule", text: text,
            reason: "write cron(minutes hours day-of-month month day-of-week year), rate(5 minutes) or "
                + "at(2026-12-24T18:00:00)")
    }
}
