public import Foundation

/// Minutes that recur: a deployment window's `Cron`, or the inside of AWS's `cron(…)` (spec: actions.md §8).
///
/// Quartz's grammar: lists, ranges (over the end too, `FRI-MON`), steps, `L`, `W`, `LW`, `L-3`, `#`, names in any
/// case. Of day-of-month and day-of-week one decides; the other is `?`, and `*` does as well.
public struct CronExpression: Sendable, Hashable, CustomStringConvertible {
    /// As it was written.
    public let description: String
    /// Bits of the minutes, hours and months.
    let minutes: UInt64
    let hours: UInt64
    let months: UInt64
    let days: CronDays
    /// Ascending.
    let years: [Int]

    /// `seconds minutes hours day-of-month month day-of-week [year]`. Whatever the seconds say is ignored.
    public init(deploymentWindow text: String) throws(CronSyntaxError) {
        let fields = Self.fields(text)
        guard (6...7).contains(fields.count) else {
            throw CronSyntaxError(
                field: "the cron expression", text: text,
                reason: "it has \(fields.count) fields; write 6 or 7: seconds minutes hours day-of-month month "
                    + "day-of-week [year], e.g. 0 0 9-17 ? * MON-FRI *")
        }
        try self.init(text, Array(fields.dropFirst()))
    }

    /// `minutes hours day-of-month month day-of-week year`, as in AWS's `cron(…)`.
    public init(scheduleFields text: String) throws(CronSyntaxError) {
        let fields = Self.fields(text)
        guard fields.count == 6 else {
            throw CronSyntaxError(
                field: "the cron expression", text: text,
                reason: "it has \(fields.count) fields; write 6: minutes hours day-of-month month day-of-week year, "
                    + "e.g. cron(0 9 ? * MON-FRI *)")
        }
        try self.init(text, fields)
    }

    /// Whether the minute that holds the date is selected, by the clocks of that zone.
    public func matches(_ date: Date, in zone: TimeZone) -> Bool {
        let local = CivilTime(
            wallClock: Int(date.timeIntervalSince1970.rounded(.down)) + zone.secondsFromGMT(for: date))
        return minutes.has(local.minute) && hours.has(local.hour) && months.has(local.month)
            && years.contains(local.year)
            && days.selected(year: local.year, month: local.month).has(local.day)
    }

    private init(_ text: String, _ fields: [String]) throws(CronSyntaxError) {
        description = text
        minutes = UInt64(bits: try CronField.minute.values(fields[0]))
        hours = UInt64(bits: try CronField.hour.values(fields[1]))
        days = try CronDays(dayOfMonth: fields[2], dayOfWeek: fields[4])
        months = UInt64(bits: try CronField.month.values(fields[3]))
        years = fields.count > 5 ? try CronField.year.values(fields[5]).sorted() : Array(CronField.year.range)
    }

    private static func fields(_ text: String) -> [String] {
        text.split(whereSeparator: \.isWhitespace).map(String.init)
    }
}

extension UInt64 {
    init(bits: Set<Int>) { self = bits.reduce(0) { $0 | 1 << UInt64($1) } }

    func has(_ bit: Int) -> Bool { self & (1 << UInt64(bit)) != 0 }

    /// The lowest bit that is set, from `start` on.
    func first(from start: Int) -> Int? {
        guard start < 64 else { return nil }
        let rest = (self >> UInt64(start)) << UInt64(start)
        return rest == 0 ? nil : rest.trailingZeroBitCount
    }
}
