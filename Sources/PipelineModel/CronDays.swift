/// The two fields of a cron expression that select days: one of them decides, the other is `?` or `*`.
struct CronDays: Hashable, Sendable {
    /// Days of the month.
    private var days: Set<Int> = []
    /// `L`, `L-3`: so many days before the month's last.
    private var beforeEnd: Set<Int> = []
    /// `15W`: the weekday nearest to that day, in the same month.
    private var nearest: Set<Int> = []
    /// `LW`, `L-3W`.
    private var nearestBeforeEnd: Set<Int> = []
    /// 1 for Sunday to 7 for Saturday.
    private var weekdays: Set<Int> = []
    /// `FRIL`: the month's last.
    private var lastWeekdays: Set<Int> = []
    /// `FRI#2`.
    private var numbered: Set<NumberedWeekday> = []

    private struct NumberedWeekday: Hashable, Sendable {
        var weekday: Int
        var number: Int
    }

    init(dayOfMonth: String, dayOfWeek: String) throws(CronSyntaxError) {
        let month = CronField.dayOfMonth
        switch (dayOfMonth, dayOfWeek) {
        case ("?", "?"):
            throw CronField.dayOfWeek.refusal("?", "only one of day-of-month and day-of-week may be ?")
        case ("?", "*"), ("*", "?"), ("*", "*"): days = Set(month.range)
        case ("?", _), ("*", _): try readWeekdays(dayOfWeek)
        case (_, "?"), (_, "*"): try readDays(dayOfMonth)
        default:
            throw CronField.dayOfWeek.refusal(
                dayOfWeek, "day-of-month is '\(dayOfMonth)', so day-of-week must be ?, or the other way round")
        }
    }

    /// The days of a month that are selected, as bits: bit 1 is the first.
    func selected(year: Int, month: Int) -> UInt64 {
        let length = CivilTime.daysInMonth(year, month)
        let first = CivilTime.weekday(year, month, 1)
        func weekday(_ day: Int) -> Int { (first - 1 + day - 1) % 7 + 1 }
        var bits: UInt64 = 0
        func select(_ day: Int) { if (1...length).contains(day) { bits |= 1 << UInt64(day) } }
        func selectNearest(_ day: Int) {
            guard (1...length).contains(day) else { return }
            switch weekday(day) {
            case 1: select(day == length ? day - 2 : day + 1)
            case 7: select(day == 1 ? day + 2 : day - 1)
            default: select(day)
            }
        }
        days.forEach(select)
        beforeEnd.forEach { select(length - $0) }
        nearest.forEach(selectNearest)
        nearestBeforeEnd.forEach { selectNearest(length - $0) }
        guard !(weekdays.isEmpty && lastWeekdays.isEmpty && numbered.isEmpty) else { return bits }
        for day in 1...length {
            let name = weekday(day)
            if weekdays.contains(name) || (lastWeekdays.contains(name) && day + 7 > length)
                || numbered.contains(NumberedWeekday(weekday: name, number: (day - 1) / 7 + 1))
            {
                select(day)
            }
        }
        return bits
    }

    private mutating func readDays(_ text: String) throws(CronSyntaxError) {
        let field = CronField.dayOfMonth
        for item in try field.items(text) {
            if item.first == "L" {
                try readDayBeforeEnd(item.dropFirst(), in: text)
            } else if item.last == "W" {
                nearest.insert(try field.value(item.dropLast(), in: text))
            } else {
                days.formUnion(try field.values(of: item, in: text))
            }
        }
    }

    /// What stands after `L`: nothing, `W`, `-3`, `-3W`.
    private mutating func readDayBeforeEnd(_ rest: Substring, in text: String) throws(CronSyntaxError) {
        let isNearest = rest.last == "W"
        let offset = isNearest ? rest.dropLast() : rest
        var before = 0
        if !offset.isEmpty {
            let field = CronField.dayOfMonth
            guard offset.first == "-", let number = field.number(offset.dropFirst()), number <= 30 else {
                throw field.refusal(text, "after L may stand W, or - and 0 to 30")
            }
            before = number
        }
        if isNearest { nearestBeforeEnd.insert(before) } else { beforeEnd.insert(before) }
    }

    private mutating func readWeekdays(_ text: String) throws(CronSyntaxError) {
        let field = CronField.dayOfWeek
        for item in try field.items(text) {
            if let mark = item.firstIndex(of: "#") {
                guard let number = field.number(item[item.index(after: mark)...]), (1...5).contains(number) else {
                    throw field.refusal(text, "after # must stand 1 to 5")
                }
                numbered.insert(NumberedWeekday(weekday: try field.value(item[..<mark], in: text), number: number))
            } else if item == "L" {
                weekdays.insert(7)
            } else if item.last == "L" {
                lastWeekdays.insert(try field.value(item.dropLast(), in: text))
            } else {
                weekdays.formUnion(try field.values(of: item, in: text))
            }
        }
    }
}
