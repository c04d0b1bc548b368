public import Foundation

extension TimeZone {
    /// The time zone of a deployment window or a schedule: `Region/City`, `UTC`, `UTC+05:30`, or an abbreviation of 3
    /// to 5 letters (spec: actions.md §8).
    ///
    /// Abbreviations are ambiguous, so there is a table: where one names a place's clocks, daylight saving time
    /// included, it means them (`PST`, `CET`); a summer time's own name (`EDT`, `CEST`) means that offset all year.
    public static func named(_ text: String) throws(CronSyntaxError) -> TimeZone {
        if let zone = utc(text) ?? abbreviated(text.uppercased()) { return zone }
        // Foundation also makes zones of words like `GMT+3`; only a region and a city are meant here.
        if text.contains("/"), let zone = TimeZone(identifier: text) { return zone }
        throw CronSyntaxError(
            field: "the time zone", text: text,
            reason: "write Region/City as in Europe/Berlin, UTC, UTC+02:00, or a known abbreviation, e.g. PST or CET")
    }

    private static func utc(_ text: String) -> TimeZone? {
        guard text.hasPrefix("UTC") else { return nil }
        let offset = text.dropFirst(3)
        if offset.isEmpty { return .gmt }
        let parts = offset.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard let sign = offset.first, sign == "+" || sign == "-", parts.map(\.count) == [2, 2],
            parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }), let hours = Int(parts[0]),
            let minutes = Int(parts[1]), minutes < 60, hours * 60 + minutes <= 18 * 60
        else { return nil }
        return TimeZone(secondsFromGMT: (hours * 60 + minutes) * (sign == "-" ? -60 : 60))
    }

    private static func abbreviated(_ text: String) -> TimeZone? {
        if let region = regions[text] { return TimeZone(identifier: region) }
        return offsets[text].flatMap { TimeZone(secondsFromGMT: Int($0 * 3600)) }
    }

    private static let regions = [
        "AET": "Australia/Sydney", "AGT": "America/Argentina/Buenos_Aires", "ART": "Africa/Cairo",
        "AKST": "America/Anchorage", "BET": "America/Sao_Paulo", "BRT": "America/Sao_Paulo", "BST": "Europe/London",
        "CAT": "Africa/Harare", "CET": "Europe/Paris", "CNT": "America/St_Johns", "CST": "America/Chicago",
        "CTT": "Asia/Shanghai", "EAT": "Africa/Addis_Ababa", "ECT": "Europe/Paris", "EET": "Europe/Athens",
        "EST": "America/New_York", "HKT": "Asia/Hong_Kong", "IST": "Asia/Kolkata", "JST": "Asia/Tokyo",
        "KST": "Asia/Seoul", "MET": "Europe/Paris", "MSK": "Europe/Moscow", "MST": "America/Denver",
        "NST": "America/St_Johns", "NZST": "Pacific/Auckland", "PKT": "Asia/Karachi", "PLT": "Asia/Karachi",
        "PNT": "America/Phoenix", "PRT": "America/Puerto_Rico", "PST": "America/Los_Angeles",
        "SAST": "Africa/Johannesburg", "SGT": "Asia/Singapore", "TRT": "Europe/Istanbul", "VST": "Asia/Ho_Chi_Minh",
        "WET": "Europe/Lisbon",
    ]

    /// Hours east of Greenwich.
    private static let offsets: [String: Double] = [
        "GMT": 0, "WEST": 1, "CEST": 2, "EEST": 3, "EDT": -4, "CDT": -5, "MDT": -6, "PDT": -7, "AKDT": -8, "ADT": -3,
        "AST": -4, "HST": -10, "AEST": 10, "AEDT": 11, "ACST": 9.5, "ACDT": 10.5, "AWST": 8, "NZDT": 13, "NDT": -2.5,
    ]
}
