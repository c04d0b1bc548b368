/// A minute as a wall clock and a calendar show it, without a time zone; arithmetic of the proleptic Gregorian calendar.
struct CivilTime: Hashable, Sendable {
    var year: Int
    var month: Int
    var day: Int
    var hour: Int
    var minute: Int

    init(year: Int, month: Int, day: Int, hour: Int, minute: Int) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
    }

    /// - Parameter seconds: since 1970 on the wall clock, i.e. with the zone's offset added.
    init(wallClock seconds: Int) {
        let days = Self.quotient(seconds, 86_400)
        let rest = seconds - days * 86_400
        (year, month, day) = Self.date(ofDay: days)
        hour = rest / 3600
        minute = rest % 3600 / 60
    }

    /// Seconds since 1970 on the wall clock.
    var wallClock: Int { Self.day(year, month, day) * 86_400 + hour * 3600 + minute * 60 }

    static func daysInMonth(_ year: Int, _ month: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }

    /// 1 for Sunday to 7 for Saturday.
    static func weekday(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let days = Self.day(year, month, day)
        // 1970-01-01 was a Thursday.
        return ((days % 7) + 7 + 4) % 7 + 1
    }

    /// Days since 1970-01-01. Years are counted from March, so that the leap day comes last.
    private static func day(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let era = quotient(year, 400)
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func date(ofDay days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = quotient(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// Division that rounds down.
    private static func quotient(_ number: Int, _ divisor: Int) -> Int {
        (number >= 0 ? number : number - divisor + 1) / divisor
    }
}
