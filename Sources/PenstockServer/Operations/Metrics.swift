import Synchronization

/// Counters and histograms in Prometheus' text form.
///
/// Label values come from fixed sets (outcomes, statuses, provider names), so the number of series stays small.
package final class Metrics: Sendable {
    private struct Series: Hashable {
        let name: String
        let labels: String
    }

    private struct Histogram {
        var buckets: [Int]
        var sum = 0.0
        var count = 0
    }

    private struct State {
        var counters: [Series: Double] = [:]
        var histograms: [Series: Histogram] = [:]
    }

    private static let bounds = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800,
    ]
    private let state = Mutex(State())

    package init() {}

    package func count(_ name: String, _ labels: KeyValuePairs<String, String> = [:], by amount: Double = 1) {
        let series = Series(name: name, labels: Self.text(labels))
        state.withLock { $0.counters[series, default: 0] += amount }
    }

    package func observe(_ name: String, _ labels: KeyValuePairs<String, String> = [:], seconds: Double) {
        let series = Series(name: name, labels: Self.text(labels))
        state.withLock { state in
            var histogram =
                state.histograms[series] ?? Histogram(buckets: Array(repeating: 0, count: Self.bounds.count))
            if let index = Self.bounds.firstIndex(where: { seconds <= $0 }) { histogram.buckets[index] += 1 }
            histogram.sum += seconds
            histogram.count += 1
            state.histograms[series] = histogram
        }
    }

    /// Everything counted so far, with gauges read just now.
    package func text(gauges: [(name: String, labels: KeyValuePairs<String, String>, value: Double)]) -> String {
        let (counters, histograms) = state.withLock { ($0.counters, $0.histograms) }
        var lines: [String] = []
        for (name, series) in Dictionary(grouping: counters, by: \.key.name).sorted(by: { $0.key < $1.key }) {
            lines.append("# TYPE \(name) counter")
            lines += series.map { "\(name)\(Self.braces($0.key.labels)) \(Self.number($0.value))" }.sorted()
        }
        for (name, gauges) in Dictionary(grouping: gauges, by: \.name).sorted(by: { $0.key < $1.key }) {
            lines.append("# TYPE \(name) gauge")
            lines += gauges.map { "\(name)\(Self.braces(Self.text($0.labels))) \(Self.number($0.value))" }.sorted()
        }
        for (name, series) in Dictionary(grouping: histograms, by: \.key.name).sorted(by: { $0.key < $1.key }) {
            lines.append("# TYPE \(name) histogram")
            for (series, histogram) in series.sorted(by: { $0.key.labels < $1.key.labels }) {
                lines += Self.lines(of: histogram, name: name, labels: series.labels)
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func lines(of histogram: Histogram, name: String, labels: String) -> [String] {
        let prefix = labels.isEmpty ? "" : labels + ","
        var below = 0
        var lines = zip(bounds, histogram.buckets).map { bound, count in
            below += count
            return "\(name)_bucket{\(prefix)le=\"\(number(bound))\"} \(below)"
        }
        lines.append("\(name)_bucket{\(prefix)le=\"+Inf\"} \(histogram.count)")
        lines.append("\(name)_sum\(braces(labels)) \(number(histogram.sum))")
        lines.append("\(name)_count\(braces(labels)) \(histogram.count)")
        return lines
    }

    private static func text(_ labels: KeyValuePairs<String, String>) -> String {
        labels.map { "\($0.key)=\"\(escaped($0.value))\"" }.joined(separator: ",")
    }

    private static func escaped(_ value: String) -> String {
        var text = String.UnicodeScalarView()
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text.append(contentsOf: "\\\\".unicodeScalars)
            case "\"": text.append(contentsOf: "\\\"".unicodeScalars)
            case "\n": text.append(contentsOf: "\\n".unicodeScalars)
            default: text.append(scalar)
            }
        }
        return String(text)
    }

    private static func braces(_ labels: String) -> String { labels.isEmpty ? "" : "{\(labels)}" }

    private static func number(_ value: Double) -> String {
        switch value {
        case .infinity: "+Inf"
        case -.infinity: "-Inf"
        case _ where value.isNaN: "NaN"
        case _ where value == value.rounded() && abs(value) < 1e15: String(Int64(value))
        default: String(value)
        }
    }
}
