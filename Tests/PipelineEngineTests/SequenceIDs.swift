import PipelineEngine

/// Ids that are the same in every run: the step's number, then a count.
struct SequenceIDs: IDSource {
    private let step: Int
    private var count = 0

    init(step: Int) { self.step = step }

    mutating func uuid() -> String {
        count += 1
        return "00000000-0000-0000-\(padded(step, 4))-\(padded(count, 12))"
    }

    mutating func alphanumerics(_ count: Int) -> String {
        self.count += 1
        return String("\(padded(step, count))\(padded(self.count, 2))".suffix(count))
    }

    private func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
