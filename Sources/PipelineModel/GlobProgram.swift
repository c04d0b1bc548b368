/// One step of a compiled glob pattern. Ways that use no character lead forward only.
enum GlobStep: Sendable, Hashable {
    case one(Unicode.Scalar)
    /// One character but `/`.
    case any
    case set(GlobSet)
    /// Any text without `/`.
    case segment
    /// Any text.
    case everything
    /// Goes on at each of these steps.
    case split([Int])

    var isLiteral: Bool {
        if case .one = self { true } else { false }
    }
}

/// The characters that a `[…]` takes; never `/`.
struct GlobSet: Sendable, Hashable {
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    var isNegated = false

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        scalar != "/" && ranges.contains { $0.contains(scalar) } != isNegated
    }
}

/// Walks all ways through the steps at once: one bit for each step that a match may have come to.
struct GlobProgram: Sendable {
    private let steps: [GlobStep]
    /// Words of 64 bits in a set of steps; the step after the last is the end.
    private let words: Int
    /// For each step, and the end, the steps that it leads to without a character, itself included.
    private let reach: [UInt64]

    init(_ steps: [GlobStep]) {
        self.steps = steps
        words = steps.count / 64 + 1
        var reach = [UInt64](repeating: 0, count: (steps.count + 1) * words)
        for step in stride(from: steps.count, through: 0, by: -1) {
            let start = step * words
            reach[start + step / 64] |= 1 << UInt64(step % 64)
            guard step < steps.count else { continue }
            let targets: [Int] =
                switch steps[step] {
                case .segment, .everything: [step + 1]
                case .split(let targets): targets
                case .one, .any, .set: []
                }
            for target in targets {
                for word in 0..<words { reach[start + word] |= reach[target * words + word] }
            }
        }
        self.reach = reach
    }

    func matches(_ name: String.UnicodeScalarView) -> Bool {
        words == 1 ? walk(name) : walkWide(name)
    }

    /// Up to 63 steps, as nearly all patterns have: the whole set is one number.
    private func walk(_ name: String.UnicodeScalarView) -> Bool {
        var now = reach[0]
        for scalar in name {
            var next: UInt64 = 0
            while now != 0 {
                let step = now.trailingZeroBitCount
                now &= now - 1
                if let target = target(of: step, with: scalar) { next |= reach[target] }
            }
            guard next != 0 else { return false }
            now = next
        }
        return now & (1 << UInt64(steps.count)) != 0
    }

    private func walkWide(_ name: String.UnicodeScalarView) -> Bool {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 2 * words) { bits in
            var now = UnsafeMutableBufferPointer(rebasing: bits[..<words])
            var next = UnsafeMutableBufferPointer(rebasing: bits[words...])
            for word in 0..<words { now[word] = reach[word] }
            for scalar in name {
                guard advance(now, to: next, with: scalar) else { return false }
                swap(&now, &next)
            }
            return now[steps.count / 64] & (1 << UInt64(steps.count % 64)) != 0
        }
    }

    /// - Returns: whether any way goes on.
    private func advance(
        _ now: UnsafeMutableBufferPointer<UInt64>, to next: UnsafeMutableBufferPointer<UInt64>,
        with scalar: Unicode.Scalar
    ) -> Bool {
        next.update(repeating: 0)
        var goesOn = false
        for word in 0..<words {
            var left = now[word]
            while left != 0 {
                let step = word * 64 + left.trailingZeroBitCount
                left &= left - 1
                guard let target = target(of: step, with: scalar) else { continue }
                goesOn = true
                for word in 0..<words { next[word] |= reach[target * words + word] }
            }
        }
        return goesOn
    }

    private func target(of step: Int, with scalar: Unicode.Scalar) -> Int? {
        guard step < steps.count else { return nil }
        switch steps[step] {
        case .one(let wanted): return scalar == wanted ? step + 1 : nil
        case .any: return scalar != "/" ? step + 1 : nil
        case .set(let set): return set.contains(scalar) ? step + 1 : nil
        case .segment: return scalar != "/" ? step : nil
        case .everything: return step
        case .split: return nil
        }
    }
}
