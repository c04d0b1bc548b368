import Foundation

/// One measured figure beside its target.
struct Figure {
    enum Target {
        case atLeast(Double)
        case atMost(Double)
        /// Told for the reader's sake.
        case none
    }

    let name: String
    let value: Double
    let unit: String
    let target: Target
    /// How it came about: single runs, the peer's own figure.
    let note: String

    init(_ name: String, _ value: Double, _ unit: String = "", target: Target = .none, note: String = "") {
        self.name = name
        self.value = value
        self.unit = unit
        self.target = target
        self.note = note
    }

    var isMet: Bool? {
        switch target {
        case .atLeast(let bound): value >= bound
        case .atMost(let bound): value <= bound
        case .none: nil
        }
    }

    /// Three digits are enough to judge by.
    static func text(_ value: Double) -> String {
        String(format: abs(value) >= 100 ? "%.0f" : abs(value) >= 10 ? "%.1f" : "%.2f", value)
    }
}

extension [Double] {
    /// The middle value, or the mean of the middle two.
    var median: Double {
        guard !isEmpty else { return .nan }
        let sorted = sorted()
        let middle = count / 2
        return count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }

    /// The smallest value that `share` of all do not exceed.
    func percentile(_ share: Double) -> Double {
        guard !isEmpty else { return .nan }
        let sorted = sorted()
        return sorted[Swift.min(count - 1, Int((Double(count) * share).rounded(.up)) - 1)]
    }

    var runs: String { "runs " + map(Figure.text).joined(separator: " ") }
}
