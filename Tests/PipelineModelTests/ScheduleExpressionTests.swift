import Foundation
import PipelineModel
import Testing

@Suite struct ScheduleExpressionTests {
    @Test(
        arguments: [
            ("cron(0 9 ? * MON-FRI *)", "2026-11-20T09:00", "2026-11-23T09:00"),
            ("cron(0/15 * * * ? *)", "2026-11-20T09:01", "2026-11-20T09:15"),
            ("cron(0 12 L * ? 2026)", "2026-11-30T12:00", "2026-12-31T12:00"),
            ("rate(1 minute)", "2026-11-20T09:01", "2026-11-20T09:02"),
            ("rate(5 minutes)", "2026-11-20T09:01", "2026-11-20T09:05"),
            ("rate(2 hours)", "2026-11-20T09:01", "2026-11-20T10:00"),
            ("rate(1 day)", "2026-11-20T09:01", "2026-11-21T00:00"),
            ("at(2026-12-24T18:30:00)", "2026-11-20T09:01", "2026-12-24T18:30"),
            ("at(2026-12-24T18:30:00)", "2026-12-24T18:30", "never"),
        ] as [(String, String, String)])
    func `when it comes next`(text: String, after: String, next: String) throws {
        let schedule = try ScheduleExpression(schedule: text)
        let found = schedule.next(after: Clock.date(after), in: .gmt)
        #expect(Clock.text(found) == next)
        if let found { #expect(schedule.matches(found, in: .gmt) && schedule.matches(found + 59, in: .gmt)) }
        #expect(schedule.description.hasPrefix(text.prefix { $0 != "(" }))
    }

    @Test func `a moment is one of the schedule's time zone`() throws {
        let schedule = try ScheduleExpression(schedule: "at(2026-12-24T18:30:00)")
        let next = schedule.next(after: Clock.date("2026-11-20T09:01"), in: try TimeZone.named("UTC+02:00"))
        #expect(Clock.text(next) == "2026-12-24T16:30")
    }

    @Test(
        arguments: [
            ("every day", "the schedule"), ("cron(* * * * ?)", "the cron expression"),
            ("cron(0 9 ? * MON *", "the schedule"),
            ("rate(0 minutes)", "the rate"), ("rate(5)", "the rate"), ("rate(5 weeks)", "the rate"),
            ("at(tomorrow)", "the time"), ("at(2026-02-30T00:00:00)", "the time"),
            ("at(2026-02-03T25:00:00)", "the time"),
            ("at(2026-13-03T05:00:00)", "the time"), ("AT(2026-12-03T05:00:00)", "the schedule"),
        ])
    func `what can't be read is named`(text: String, field: String) {
        do {
            _ = try ScheduleExpression(schedule: text)
            Issue.record("'\(text)' was taken")
        } catch {
            #expect(error.field == field && !error.reason.isEmpty)
        }
    }
}

@Suite struct ScheduleTimeZoneTests {
    /// The offset in minutes at noon UTC of 2026-01-15 and 2026-07-15.
    @Test(
        arguments: [
            ("UTC", 0, 0), ("UTC+05:30", 330, 330), ("UTC-11:00", -660, -660), ("Europe/Berlin", 60, 120),
            ("America/Argentina/Buenos_Aires", -180, -180), ("PST", -480, -420), ("pst", -480, -420),
            ("EDT", -240, -240),
            ("CET", 60, 120), ("CEST", 120, 120), ("GMT", 0, 0), ("IST", 330, 330), ("AKST", -540, -480),
        ])
    func `a zone by its name`(name: String, winter: Int, summer: Int) throws {
        let zone = try TimeZone.named(name)
        #expect(zone.secondsFromGMT(for: Clock.date("2026-01-15T12:00")) == winter * 60)
        #expect(zone.secondsFromGMT(for: Clock.date("2026-07-15T12:00")) == summer * 60)
    }

    @Test func `every abbreviation stands for a zone`() throws {
        for name in "AET AGT ART AKST BET BRT BST CAT CET CNT CST CTT EAT ECT EET EST HKT IST JST KST MET MSK MST NST"
            .split(separator: " ") + "NZST PKT PLT PNT PRT PST SAST SGT TRT VST WET HST ACST".split(separator: " ")
        {
            _ = try TimeZone.named(String(name))
        }
    }

    @Test(arguments: ["", "Mars/Base", "UTC+5", "UTC+05:60", "UTC+19:00", "UTC05:00", "XYZ", "GMT+3", "Berlin"])
    func `what is no zone is named, with what may stand there`(name: String) {
        #expect {
            try TimeZone.named(name)
        } throws: { error in
            "\(error)".contains("the time zone '\(name)'") && "\(error)".contains("Europe/Berlin")
        }
    }
}
