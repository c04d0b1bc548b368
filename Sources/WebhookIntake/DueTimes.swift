import Foundation
import PipelineModel

/// The times of a schedule that have come since it was dealt with last. Pure.
struct DueTimes: Sendable, Equatable {
    /// Missed times up to this age are caught up; of several, the last one.
    static let catchUp: Double = 3600
    /// An age from which on a start counts as late.
    static let late: Double = 90

    /// The time to start for.
    let start: Date?
    /// How many were missed and stay so; counted to a thousand.
    let skipped: Int

    init(_ schedule: ScheduleDeclaration, after: Date, through now: Date) {
        var start: Date?
        var skipped = 0
        var next = schedule.schedule.next(after: after, in: schedule.timeZone)
        while let time = next, time <= now {
            if start != nil { skipped += 1 }
            start = time
            // Many were missed: count on from where the last can still be caught up.
            let resume = skipped == 1000 ? max(time, now - Self.catchUp) : time
            if skipped == 1000 { skipped += 1 }
            next = schedule.schedule.next(after: resume, in: schedule.timeZone)
        }
        if let last = start, now.timeIntervalSince(last) > Self.catchUp {
            start = nil
            skipped += 1
        }
        self.start = start
        self.skipped = min(skipped, 1000)
    }
}
