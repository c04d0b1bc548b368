import ActionRunner
@testable import PenstockServer
import Testing

@Suite struct MetricsTests {
    @Test func `what came of commit statuses is counted for each provider`() {
        let metrics = Metrics()
        for result in [StatusObservation.Result.shown, .shown, .refused, .givenUp] {
            metrics.observe(StatusObservation(provider: "GitHub", result: result))
        }
        metrics.observe(StatusObservation(provider: nil, result: .dropped))
        let text = PrometheusText(metrics.text(gauges: []))
        for (provider, result, count) in [
            ("GitHub", "shown", 2.0), ("GitHub", "refused", 1), ("GitHub", "given_up", 1), ("none", "dropped", 1),
        ] {
            #expect(
                text.value("penstock_commit_statuses_total", ["provider": provider, "result": result]) == count)
        }
    }

    @Test func `counters, gauges and histograms are valid text`() {
        let metrics = Metrics()
        metrics.count("a_total")
        metrics.count("a_total", by: 2)
        metrics.count("b_total", ["code": "x", "kind": "y"])
        metrics.observe("h_seconds", ["p": "q"], seconds: 0.003)
        metrics.observe("h_seconds", seconds: 0.5)
        let text = PrometheusText(metrics.text(gauges: [("g", [:], 3), ("g2", ["state": "due"], 0.25)]))
        #expect(text.faults == [])
        #expect(
            text.types == [
                "a_total": "counter", "b_total": "counter", "g": "gauge", "g2": "gauge", "h_seconds": "histogram",
            ])
        #expect(text.value("a_total") == 3)
        #expect(text.value("b_total", ["code": "x", "kind": "y"]) == 1)
        #expect(text.value("g") == 3 && text.value("g2", ["state": "due"]) == 0.25)
    }

    @Test func `a histogram is cumulative, in order, and ends with everything`() throws {
        let metrics = Metrics()
        for seconds in [0.0001, 0.001, 0.002, 0.3, 7, 4000] { metrics.observe("h", ["l": "v"], seconds: seconds) }
        let text = PrometheusText(metrics.text(gauges: []))
        #expect(text.faults == [])
        let buckets = text.samples.filter { $0.name == "h_bucket" }
        let bounds = try buckets.map { try #require(Double($0.labels["le"]?.replacing("+Inf", with: "inf") ?? "")) }
        #expect(bounds == bounds.sorted() && Set(bounds).count == bounds.count && bounds.last == .infinity)
        #expect(buckets.map(\.value) == buckets.map(\.value).sorted())
        #expect(buckets.allSatisfy { $0.labels["l"] == "v" && $0.labels.count == 2 })
        #expect(text.value("h_bucket", ["l": "v", "le": "0.001"]) == 2)
        #expect(text.value("h_bucket", ["l": "v", "le": "1800"]) == 5)
        #expect(text.value("h_bucket", ["l": "v", "le": "+Inf"]) == 6)
        #expect(text.value("h_count", ["l": "v"]) == 6)
        #expect(abs((text.value("h_sum", ["l": "v"]) ?? 0) - 4007.3031) < 1e-9)
    }

    @Test(arguments: ["a\"b", "a\\b", "a\nb", "\\n", "\"} 1\nevil 5", "a,b=\"c\"", "ü\r\n😀", ""])
    func `a label's value comes back as it was given`(value: String) {
        let metrics = Metrics()
        metrics.count("c", ["l": value])
        metrics.observe("h", ["l": value], seconds: 1)
        let text = PrometheusText(metrics.text(gauges: [("g", ["l": value], 1)]))
        #expect(text.faults == [])
        #expect(text.value("c", ["l": value]) == 1)
        #expect(text.value("h_count", ["l": value]) == 1)
        #expect(text.value("g", ["l": value]) == 1)
    }

    @Test(arguments: [0, -1, 0.1, 1e-9, 1e15, 1e300, .infinity, -.infinity, .nan, -0.0, 9_007_199_254_740_992])
    func `any number can be read again`(value: Double) {
        let text = PrometheusText(Metrics().text(gauges: [("g", [:], value)]))
        #expect(text.faults == [])
        #expect(value.isNaN ? text.value("g")?.isNaN == true : text.value("g") == value)
    }

    @Test func `many threads lose no count`() async {
        let metrics = Metrics()
        await withTaskGroup { group in
            for _ in 0..<50 {
                group.addTask {
                    for _ in 0..<100 {
                        metrics.count("c")
                        metrics.observe("h", seconds: 1)
                    }
                }
            }
        }
        let text = PrometheusText(metrics.text(gauges: []))
        #expect(text.value("c") == 5000 && text.value("h_count") == 5000 && text.value("h_sum") == 5000)
    }
}
