public import Foundation

/// When a schedule comes next, found field by field.
extension CronExpression {
    /// The first selected minute that begins after the date; `nil` when there is none until the end of 2199.
    ///
    /// A minute that the clocks skip in spring does not come. One that comes twice in autumn comes the first time only.
    public func next(after date: Date, in zone: TimeZone) -> Date? {
        let seconds = date.timeIntervalSince1970
        // Before the first year and after the last one nothing is selected; the rest fits in an Int with ease.
        guard seconds < 7_300_000_000 else { return nil }
        let start = Int(max(seconds, -100_000).rounded(.down))
        let offset = zone.secondsFromGMT(for: date)
        var candidate = CivilTime(wallClock: start + offset)
        while let civil = next(after: candidate) {
            if let instant = Self.instant(of: civil, in: zone), Double(instant) > seconds {
                return Date(timeIntervalSince1970: Double(instant))
            }
            candidate = civil
        }
        return nil
    }

    /// The first time that a wall clock shows it; `nil` where the clocks skip it.
    private static func instant(of civil: CivilTime, in zone: TimeZone) -> Int? {
        let wall = civil.wallClock
        var instants: [Int] = []
        // The offsets on both sides of any change nearby.
        for side in [-86_400, 86_400] {
            let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(wall + side)))
            let instant = wall - offset
            if zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant))) == offset {
                instants.append(instant)
            }
        }
        return instants.min()
    }

    /// The first selected wall clock minute after another.
    private func next(after civil: CivilTime) -> CivilTime? {
        var day = civil
        if let time = time(from: civil.hour * 60 + civil.minute + 1), isSelected(civil) {
            day.hour = time / 60
            day.minute = time % 60
            return day
        }
        guard let first = time(from: 0), let found = nextDay(after: civil) else { return nil }
        return CivilTime(
            year: found.year, month: found.month, day: found.day, hour: first / 60, minute: first % 60)
    }

    private func isSelected(_ day: CivilTime) -> Bool {
        years.contains(day.year) && months.has(day.month)
            && days.selected(year: day.year, month: day.month).has(day.day)
    }

    /// The first selected minute of a day from `start` on, both counted from midnight.
    private func time(from start: Int) -> Int? {
        if hours.has(start / 60), let minute = minutes.first(from: start % 60) { return start / 60 * 60 + minute }
        guard let hour = hours.first(from: start / 60 + 1), let minute = minutes.first(from: 0) else { return nil }
        return hour * 60 + minute
    }

    private func nextDay(after civil: CivilTime) -> (year: Int, month: Int, day: Int)? {
        for year in years where year >= civil.year {
            for month in 1...12 where months.has(month) && (year > civil.year || month >= civil.month) {
                let isSameMonth = year == civil.year && month == civil.month
                let days = days.selected(year: year, month: month)
                if let day = days.first(from: isSameMonth ? civil.day + 1 : 1) { return (year, month, day) }
            }
        }
        return nil
    }
}
