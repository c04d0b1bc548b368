import Foundation
import Testing

@testable import PipelineModel

/// Wall clock times of tests: `2026-03-29T02:30`.
enum Clock {
    static func date(_ text: String, _ zone: TimeZone = .gmt) -> Date {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = zone
        formatter.dateFormat = "yyyy-MM-dd'T'HH:mm"
        return formatter.date(from: text)!
    }

    static func text(_ date: Date?, _ zone: TimeZone = .gmt) -> String {
        guard let date else { return "never" }
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = zone
        formatter.dateFormat = "yyyy-MM-dd'T'HH:mm"
        return formatter.string(from: date)
    }
}

@Suite struct CronExpressionTests {
    /// Expression, a minute in UTC, whether it is selected.
    @Test(
        arguments: [
            // The guide's own sample: office hours.
            ("0 0 9-17 ? * MON-FRI *", "2026-11-23T09:00", true),
            ("0 0 9-17 ? * MON-FRI *", "2026-11-23T09:01", false),
            ("0 0 9-17 ? * MON-FRI *", "2026-11-22T09:00", false),
            ("* * 9-17 ? * mon-fri", "2026-11-23T17:59", true),
            ("* * 9-17 ? * mon-fri", "2026-11-23T18:00", false),
            // Seconds are ignored, whatever they are.
            ("17/3,WHAT * * * * ? *", "2026-11-23T04:05", true),
            ("* 0/15 * * * ?", "2026-11-23T04:45", true),
            ("* /15 * * * ?", "2026-11-23T04:46", false),
            ("* 10-20/5 * * * ?", "2026-11-23T04:15", true),
            ("* 10-20/5 * * * ?", "2026-11-23T04:25", false),
            ("* 1,3,5-7 * * * ?", "2026-11-23T04:06", true),
            // Over the end.
            ("* * * ? * FRI-MON", "2026-11-22T00:00", true),
            ("* * * ? * FRI-MON", "2026-11-24T00:00", false),
            ("* * 22-2 * * ?", "2026-11-24T01:30", true),
            ("* * 22-2 * * ?", "2026-11-24T03:30", false),
            ("* * 22-2/2 * * ?", "2026-11-24T00:30", true),
            ("* * 22-2/2 * * ?", "2026-11-24T23:30", false),
            ("* * * * NOV-FEB ?", "2026-01-24T23:30", true),
            ("* * * * NOV-FEB ?", "2026-03-24T23:30", false),
            ("* 50-10 * * * ?", "2026-03-24T23:05", true),
            ("* * * 30-2 * ?", "2026-03-31T23:05", true),
            // The month's end.
            ("* * * L * ?", "2026-02-28T12:00", true),
            ("* * * L * ?", "2028-02-28T12:00", false),
            ("* * * L * ?", "2028-02-29T12:00", true),
            ("* * * L-3 * ?", "2026-11-27T12:00", true),
            ("* * * l-3 * ?", "2026-11-28T12:00", false),
            ("* * * LW * ?", "2026-01-30T12:00", true),
            ("* * * LW * ?", "2026-01-31T12:00", false),
            ("* * * LW * ?", "2026-05-29T12:00", true),
            ("* * * L-1W * ?", "2026-02-27T12:00", true),
            ("* * * L-30 * ?", "2026-01-01T12:00", true),
            ("* * * L-30 * ?", "2026-02-01T12:00", false),
            ("* * * 1,15,L * ?", "2026-11-30T12:00", true),
            // The nearest weekday, in the same month.
            ("* * * 15W * ?", "2026-08-14T12:00", true),
            ("* * * 15W * ?", "2026-08-15T12:00", false),
            ("* * * 15W * ?", "2026-11-16T12:00", true),
            ("* * * 1W * ?", "2026-08-03T12:00", true),
            ("* * * 31W * ?", "2026-05-29T12:00", true),
            ("* * * 31W * ?", "2026-02-28T12:00", false),
            ("* * * 15W * ?", "2026-12-15T12:00", true),
            // Weekdays by number.
            ("* * * ? * 6#3", "2026-11-20T12:00", true),
            ("* * * ? * FRI#3", "2026-11-27T12:00", false),
            ("* * * ? * SUN#5", "2026-11-29T12:00", true),
            ("* * * ? * FRIL", "2026-11-27T12:00", true),
            ("* * * ? * 6L", "2026-11-20T12:00", false),
            ("* * * ? * L", "2026-11-21T12:00", true),
            ("* * * ? * MON#1,MON#3", "2026-11-16T12:00", true),
            ("* * * ? * 2,WED,6-7", "2026-11-24T12:00", false),
            ("* * * ? * 2/2", "2026-11-25T12:00", true),
            // Years.
            ("* * * * * ? 2026-2028", "2027-11-25T12:00", true),
            ("* * * * * ? 2026/2", "2027-11-25T12:00", false),
            ("* * * * * ? 1970,2199", "2199-12-31T23:59", true),
            ("* * * * * *", "2026-11-25T12:00", true),
        ] as [(String, String, Bool)])
    func `a window's minutes`(expression: String, minute: String, isSelected: Bool) throws {
        let cron = try CronExpression(deploymentWindow: expression)
        #expect(cron.matches(Clock.date(minute), in: .gmt) == isSelected)
        // Anywhere within the minute.
        #expect(cron.matches(Clock.date(minute) + 59.9, in: .gmt) == isSelected)
    }

    /// Expression, after, next; in UTC.
    @Test(
        arguments: [
            ("0 0 9-17 ? * MON-FRI *", "2026-11-23T09:00", "2026-11-23T10:00"),
            ("0 0 9-17 ? * MON-FRI *", "2026-11-20T17:00", "2026-11-23T09:00"),
            ("* * * * * ?", "2026-12-31T23:59", "2027-01-01T00:00"),
            ("* 30 23 31 12 ?", "2026-12-31T23:30", "2027-12-31T23:30"),
            ("* 0 0 29 2 ?", "2026-01-01T00:00", "2028-02-29T00:00"),
            ("* 0 0 29 2 ?", "2096-03-01T00:00", "2104-02-29T00:00"),
            ("* 0 0 29 FEB ? 2100", "2026-01-01T00:00", "never"),
            ("* 0 0 30 2 ?", "2026-01-01T00:00", "never"),
            ("* 0 0 31 4,6,9,11 ?", "2026-01-01T00:00", "never"),
            ("* 0 0 31 * ?", "2026-01-31T00:00", "2026-03-31T00:00"),
            ("* 0 0 L 2 ?", "2027-02-28T00:00", "2028-02-29T00:00"),
            ("* 0 12 LW * ?", "2026-01-30T12:00", "2026-02-27T12:00"),
            ("* 0 12 ? * 2#5", "2026-11-23T00:00", "2026-11-30T12:00"),
            ("* 0 12 ? * 2#5", "2026-11-30T12:00", "2027-03-29T12:00"),
            ("* 5 * * * ? 2025", "2026-11-30T12:00", "never"),
            ("* 59 23 31 12 ? 2199", "2026-11-30T12:00", "2199-12-31T23:59"),
            ("* * * * * ?", "2199-12-31T23:58", "2199-12-31T23:59"),
            ("* * * * * ?", "2199-12-31T23:59", "never"),
            ("* 0 0 1 1 ?", "1960-11-30T12:00", "1970-01-01T00:00"),
            ("* 40-20 * * * ?", "2026-11-30T12:20", "2026-11-30T12:40"),
        ] as [(String, String, String)])
    func `the next minute`(expression: String, after: String, next: String) throws {
        let cron = try CronExpression(deploymentWindow: expression)
        #expect(Clock.text(cron.next(after: Clock.date(after), in: .gmt)) == next)
    }

    @Test func `seconds within the minute don't bring it back`() throws {
        let cron = try CronExpression(deploymentWindow: "* * * * * ?")
        let start = Clock.date("2026-11-30T12:00")
        #expect(cron.next(after: start + 30, in: .gmt) == start + 60)
        #expect(cron.next(after: start - 0.001, in: .gmt) == start)
        #expect(cron.next(after: start, in: .gmt) == start + 60)
    }

    /// Expression, after (UTC), next (UTC); New York: forward on 2026-03-08 07:00Z, back on 2026-11-01 06:00Z.
    @Test(
        arguments: [
            // 02:30 isn't there on that day.
            ("* 30 2 * * ?", "2026-03-07T07:30", "2026-03-09T06:30"),
            ("* 30 1-3 * * ?", "2026-03-08T06:30", "2026-03-08T07:30"),
            // 01:30 is there twice; it comes the first time.
            ("* 30 1 * * ?", "2026-10-31T12:00", "2026-11-01T05:30"),
            ("* 30 1 * * ?", "2026-11-01T05:30", "2026-11-02T06:30"),
            ("* 30 1 * * ?", "2026-11-01T06:10", "2026-11-02T06:30"),
            ("* 0 2 * * ?", "2026-11-01T05:30", "2026-11-01T07:00"),
            ("* * * * * ?", "2026-03-08T06:59", "2026-03-08T07:00"),
        ] as [(String, String, String)])
    func `clocks that change`(expression: String, after: String, next: String) throws {
        let zone = try TimeZone.named("America/New_York")
        let cron = try CronExpression(deploymentWindow: expression)
        #expect(Clock.text(cron.next(after: Clock.date(after), in: zone)) == next)
    }

    @Test func `a minute that comes twice is selected both times`() throws {
        let zone = try TimeZone.named("America/New_York")
        let cron = try CronExpression(deploymentWindow: "* 30 1 * * ?")
        #expect(cron.matches(Clock.date("2026-11-01T05:30"), in: zone))
        #expect(cron.matches(Clock.date("2026-11-01T06:30"), in: zone))
    }

    @Test func `clocks that change by half an hour, and a day that a place skipped`() throws {
        let howe = try TimeZone.named("Australia/Lord_Howe")
        let early = try CronExpression(deploymentWindow: "* 15 2 * * ?")
        #expect(
            Clock.text(early.next(after: Clock.date("2026-10-03T12:00", howe), in: howe), howe) == "2026-10-05T02:15")
        let apia = try TimeZone.named("Pacific/Apia")
        let noon = try CronExpression(deploymentWindow: "* 0 12 * * ?")
        let after = Clock.date("2011-12-29T12:00", apia)
        #expect(Clock.text(noon.next(after: after, in: apia), apia) == "2011-12-31T12:00")
    }

    @Test(
        arguments: [
            ("* * * *", "the cron expression", "it has 4 fields"),
            ("* * * * * ? * *", "the cron expression", "it has 8 fields"),
            ("* 60 * * * ?", "the minute field", "'60' is not allowed; allowed are 0-59"),
            ("* * 24 * * ?", "the hour field", "allowed are 0-23"),
            ("* * * 0 * ?", "the day-of-month field", "allowed are 1-31"),
            ("* * * 32 * ?", "the day-of-month field", "'32'"),
            ("* * * * 0 ?", "the month field", "1-12 or JAN-DEC"),
            ("* * * * FEBRUARY ?", "the month field", "'FEBRUARY'"),
            ("* * * ? * 8", "the day-of-week field", "1-7 or SUN-SAT"),
            ("* * * ? * FRI#6", "the day-of-week field", "after # must stand 1 to 5"),
            ("* * * ? * ?", "the day-of-week field", "may be ?"),
            ("* * * ? * ?", "the day-of-week field", "only one"),
            ("* * * 1 * MON", "the day-of-week field", "must be ?"),
            ("* * * L-31 * ?", "the day-of-month field", "0 to 30"),
            ("* * * LX * ?", "the day-of-month field", "after L"),
            ("* * * W * ?", "the day-of-month field", "not allowed"),
            ("* 1,,2 * * * ?", "the minute field", "beside a comma"),
            ("* */0 * * * ?", "the minute field", "1 to 59"),
            ("* */60 * * * ?", "the minute field", "1 to 59"),
            ("* -5 * * * ?", "the minute field", "not allowed"),
            ("* 5- * * * ?", "the minute field", "not allowed"),
            ("* ? * * * ?", "the minute field", "'?' is not allowed"),
            ("* * * * * ? 1969", "the year field", "1970-2199"),
            ("* * * * * ? 2028-2026", "the year field", "before it begins"),
            ("* ٣ * * * ?", "the minute field", "not allowed"),
        ] as [(String, String, String)])
    func `what can't be read is named, with what may stand there`(expression: String, field: String, reason: String) {
        do {
            _ = try CronExpression(deploymentWindow: expression)
            Issue.record("'\(expression)' was taken")
        } catch {
            #expect(error.field == field)
            #expect(error.description.contains(reason), "\(error)")
        }
    }

    /// Any expression, any place, any time: `next` is the first selected minute that isn't a repetition.
    @Test(arguments: 0..<60) func `next agrees with a search minute by minute`(seed: UInt64) throws {
        var dice = SplitMix(seed: seed)
        let places = ["UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "UTC-03:30"]
        let zone = try TimeZone.named(places.randomElement(using: &dice)!)
        let text = Self.expression(&dice)
        let cron = try CronExpression(deploymentWindow: text)
        // Around the days on which clocks change, and elsewhere.
        let days = ["2026-03-07T12:00", "2026-03-28T12:00", "2026-10-31T12:00", "2026-10-24T12:00", "2028-02-27T00:00"]
        let start = Clock.date(days.randomElement(using: &dice)!) + Double(Int.random(in: 0..<86_400, using: &dice))
        let end = start + 3 * 86_400
        var minute = Date(timeIntervalSince1970: (start.timeIntervalSince1970 / 60).rounded(.down) * 60 + 60)
        var now = start
        while minute < end {
            if cron.matches(minute, in: zone), !Self.isRepetition(minute, in: zone) {
                let next = cron.next(after: now, in: zone)
                try #require(
                    next == minute,
                    "'\(text)' in \(zone.identifier) after \(now): \(Clock.text(next)), not \(Clock.text(minute))")
                now = minute
            }
            minute += 60
        }
        if let next = cron.next(after: now, in: zone) { #expect(next >= end) }
    }

    private static func isRepetition(_ date: Date, in zone: TimeZone) -> Bool {
        [1800, 3600].contains { shift in
            zone.secondsFromGMT(for: date - Double(shift)) == zone.secondsFromGMT(for: date) + shift
        }
    }

    private static func expression(_ dice: inout SplitMix) -> String {
        func number(_ range: ClosedRange<Int>) -> String { String(Int.random(in: range, using: &dice)) }
        func field(_ range: ClosedRange<Int>) -> String {
            switch Int.random(in: 0..<5, using: &dice) {
            case 0: "*"
            case 1: "\(number(range))-\(number(range))"
            case 2: "\(number(range)),\(number(range)),\(number(range))"
            case 3: "*/\(Int.random(in: 1...range.upperBound, using: &dice))"
            default: "\(number(range))/\(Int.random(in: 1...range.upperBound, using: &dice))"
            }
        }
        let days = [
            "* * ?", "? * *", "? * FRI-MON", "8 3 ?", "L 2,3,10 ?", "1/2 * ?", "? * SUN#1", "? * SUNL", "29W * ?",
        ]
        return "0 \(field(0...59)) \(field(0...23)) \(days.randomElement(using: &dice)!)"
    }
}

/// Dice that fall the same way for the same seed.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
