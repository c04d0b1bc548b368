package import Foundation
package import Logging
package import PipelineEngine
import PipelineModel
import ServiceLifecycle

/// Starts pipelines at their times, each time once.
///
/// A start carries a token of the schedule's name and the minute, so that a crash between the start and the note of it
/// starts nothing twice. Of times that passed while the gateway was down, the last one within the last hour is caught
/// up; the others are skipped. A schedule that is new or was changed begins now.
package struct Schedules: Service {
    let ledger: any Ledger
    let schedules: [ScheduleDeclaration]
    let record: URL
    let ruleARN: @Sendable (String) -> String
    let now: @Sendable () -> Date
    let logger: Logger

    /// The longest sleep: the clock may be set, and a machine may sleep itself.
    private static let longestPause: Double = 30

    /// - Parameters:
    ///   - record: a file in the data folder; made when it isn't there.
    ///   - ruleARN: the detail of the trigger by the schedule's name, e.g. `arn:aws:events:…:rule/NAME`.
    package init(
        ledger: any Ledger, schedules: [ScheduleDeclaration], record: URL,
        ruleARN: @escaping @Sendable (String) -> String, now: @escaping @Sendable () -> Date = { Date() },
        logger: Logger
    ) {
        self.ledger = ledger
        self.schedules = schedules
        self.record = record
        self.ruleARN = ruleARN
        self.now = now
        self.logger = logger
    }

    /// Starts what is due until graceful shutdown or cancellation.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var memory = open()
            while !Task.isCancelled {
                await round(&memory)
                let time = now()
                let next = schedules.compactMap { $0.schedule.next(after: time, in: $0.timeZone) }.min()
                let pause = min(Self.longestPause, max(0.01, next?.timeIntervalSince(now()) ?? Self.longestPause))
                try? await Task.sleep(for: .seconds(pause))
            }
        }
    }

    /// A record that can't be read is replaced: then nothing was missed.
    func open() -> ScheduleRecord {
        do {
            return try ScheduleRecord(file: record)
        } catch {
            logger.error(
                "the record of the schedules can't be read and begins anew; times that were missed are not caught up",
                metadata: ["file": "\(record.path)", "reason": "\(error)"])
            return ScheduleRecord(replacing: record)
        }
    }

    /// Deals with the times of all schedules up to now.
    func round(_ record: inout ScheduleRecord) async {
        let time = now()
        let before = record.entries
        record.keep(Set(schedules.map(\.name)))
        for schedule in schedules {
            guard let through = record.through(schedule) else {
                record.deal(with: schedule, through: time.timeIntervalSince1970)
                continue
            }
            let due = DueTimes(schedule, after: Date(timeIntervalSince1970: through), through: time)
            guard due.start != nil || due.skipped > 0 else { continue }
            if due.skipped > 0 {
                logger.warning(
                    "times of a schedule were missed and are skipped",
                    metadata: ["schedule": "\(schedule.name)", "times": "\(due.skipped)"])
            }
            if let start = due.start, await !self.start(schedule, for: start, at: time) { continue }
            record.deal(with: schedule, through: time.timeIntervalSince1970)
        }
        guard record.entries != before else { return }
        do {
            try record.save()
        } catch {
            logger.error(
                "the record of the schedules can't be written; after a restart, missed times may be skipped",
                metadata: ["file": "\(self.record.path)", "reason": "\(error)"])
        }
    }

    /// - Returns: whether the time has been dealt with; else it is tried again.
    private func start(_ schedule: ScheduleDeclaration, for time: Date, at now: Date) async -> Bool {
        var metadata: Logger.Metadata = [
            "schedule": "\(schedule.name)", "pipeline": "\(schedule.pipeline)", "time": "\(time.formatted(.iso8601))",
        ]
        let request = StartRequest(
            trigger: ExecutionTrigger(type: .cloudWatchEvent, detail: ruleARN(schedule.name)), input: schedule.input,
            clientRequestToken: "schedule-\(schedule.name)-\(Int(time.timeIntervalSince1970 / 60))")
        do {
            let outcome = try await ledger.perform(.start(request), on: schedule.pipeline)
            guard case .started(let execution, again: false) = outcome else { return true }
            metadata["execution"] = "\(execution)"
            let isLate = now.timeIntervalSince(time) > DueTimes.late
            logger.info(
                isLate ? "a schedule's missed time was caught up" : "a schedule has started a pipeline",
                metadata: metadata)
            return true
        } catch let refusal as CommandRefusal {
            metadata["reason"] = "\(refusal)"
            logger.error("a schedule could not start its pipeline", metadata: metadata)
            return true
        } catch {
            metadata["reason"] = "\(error)"
            logger.error("a schedule's start could not be committed; it is tried again", metadata: metadata)
            return false
        }
    }
}
