/// The grammar that all fields of a cron expression share: `*`, values, ranges, steps and lists.
struct CronField: Sendable {
    let name: String
    let range: ClosedRange<Int>
    /// In upper case; the first stands for the range's lower bound.
    var names: [Substring] = []
    /// Whether `FRI-MON` may go over the end.
    var wraps = true
    /// What the field takes beside values, for messages.
    var extra = ""

    static let minute = CronField(name: "minute", range: 0...59)
    static let hour = CronField(name: "hour", range: 0...23)
    static let dayOfMonth = CronField(
        name: "day-of-month", range: 1...31, extra: ", ?, L, L-3, W as in 15W, LW")
    static let month = CronField(
        name: "month", range: 1...12,
        names: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"])
    static let dayOfWeek = CronField(
        name: "day-of-week", range: 1...7, names: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
        extra: ", ?, L as in FRIL, # as in FRI#2")
    static let year = CronField(name: "year", range: 1970...2199, wraps: false)

    /// The values that a whole field selects.
    func values(_ text: String) throws(CronSyntaxError) -> Set<Int> {
        var values: Set<Int> = []
        for item in try items(text) { values.formUnion(try self.values(of: item, in: text)) }
        return values
    }

    /// The parts between commas, in upper case.
    func items(_ text: String) throws(CronSyntaxError) -> [Substring] {
        let items = text.uppercased().split(separator: ",", omittingEmptySubsequences: false).map { Substring($0) }
        guard !items.contains("") else { throw refusal(text, "a value is missing beside a comma") }
        return items
    }

    /// The values of one part: `*`, `5`, `MON`, `1-5`, `FRI-MON`, `*/15`, `8/2`, `8-18/2`.
    func values(of item: Substring, in text: String) throws(CronSyntaxError) -> Set<Int> {
        let parts = item.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        var step = 1
        if parts.count == 2 {
            guard let number = number(parts[1]), number >= 1, number <= range.upperBound else {
                throw refusal(text, "the step after '/' must be 1 to \(range.upperBound)")
            }
            step = number
        }
        let bounds = try bounds(of: parts[0], hasStep: parts.count == 2, in: text)
        return Set(stride(from: bounds.lowerBound, through: bounds.upperBound, by: step).map(wrapped))
    }

    func value(_ text: Substring, in field: String) throws(CronSyntaxError) -> Int {
        if let index = names.firstIndex(of: text) { return range.lowerBound + index }
        guard let number = number(text), range.contains(number) else {
            throw refusal(field, "'\(text)' is not allowed")
        }
        return number
    }

    /// The upper bound may lie beyond the field's own: what is over the end goes on at the beginning.
    private func bounds(
        of text: Substring, hasStep: Bool, in field: String
    ) throws(CronSyntaxError) -> ClosedRange<Int> {
        // Quartz reads "/5" as "*/5".
        if text == "*" || (text.isEmpty && hasStep) { return range }
        let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let first = try value(ends[0], in: field)
        guard ends.count == 2 else { return first...(hasStep ? range.upperBound : first) }
        let last = try value(ends[1], in: field)
        if first <= last { return first...last }
        guard wraps else { throw refusal(field, "the range must not end before it begins") }
        return first...(last + range.count)
    }

    private func wrapped(_ value: Int) -> Int { value > range.upperBound ? value - range.count : value }

    func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.count <= 4,
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return Int(text)
    }

    func refusal(_ text: String, _ reason: String) -> CronSyntaxError {
        let spelled = names.isEmpty ? "" : " or \(names[0])-\(names[names.count - 1])"
        return CronSyntaxError(
            field: "the \(name) field", text: text,
            reason: "\(reason); allowed are \(range.lowerBound)-\(range.upperBound)\(spelled), *, ranges, lists "
                + "and steps\(extra)")
    }
}
