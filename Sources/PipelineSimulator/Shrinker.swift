/// Makes a scenario that fails smaller while it still breaks the same invariant.
package struct Shrinker {
    private let isFailure: (Scenario) -> Bool
    private var tries: Int

    /// - Parameter tries: runs at most.
    package static func shrink(_ scenario: Scenario, breaking violation: Violation, tries: Int = 4000) -> Scenario {
        // What comes after the step that showed it has no part in it.
        var cut = scenario
        cut.steps = Array(scenario.steps.prefix(violation.step + 1))
        let isFailure = { (scenario: Scenario) in
            Simulation.violation(in: scenario)?.invariant == violation.invariant
        }
        return shrink(isFailure(cut) ? cut : scenario, tries: tries, while: isFailure)
    }

    /// Anything that is still a failure when it is smaller.
    static func shrink(
        _ scenario: Scenario, tries: Int = 4000, while isFailure: @escaping (Scenario) -> Bool
    ) -> Scenario {
        var shrinker = Shrinker(isFailure: isFailure, tries: tries)
        var smaller = scenario
        var size = Int.max
        while size > smaller.cost {
            size = smaller.cost
            shrinker.dropSteps(&smaller)
            shrinker.simplifySteps(&smaller)
            shrinker.simplifySketches(&smaller)
        }
        return smaller
    }

    private mutating func fails(_ scenario: Scenario) -> Bool {
        guard tries > 0 else { return false }
        tries -= 1
        return isFailure(scenario)
    }

    /// Runs of steps first, then single ones.
    private mutating func dropSteps(_ scenario: inout Scenario) {
        var length = max(1, scenario.steps.count / 2)
        while true {
            var start = 0
            while start < scenario.steps.count {
                var smaller = scenario
                smaller.steps.removeSubrange(start..<min(start + length, smaller.steps.count))
                if fails(smaller) { scenario = smaller } else { start += length }
            }
            guard length > 1 else { return }
            length /= 2
        }
    }

    private mutating func simplifySteps(_ scenario: inout Scenario) {
        for place in scenario.steps.indices {
            for change in Self.simplifications {
                var smaller = scenario
                change(&smaller.steps[place])
                if smaller.steps[place] != scenario.steps[place], fails(smaller) { scenario = smaller }
            }
        }
    }

    private static let simplifications: [@Sendable (inout SimulationStep) -> Void] = [
        { $0.fate = .committed }, { $0.pipeline = 0 }, { $0.pick = 0 }, { $0.choice = 0 }, { $0.pick /= 2 },
        { $0.choice /= 2 },
    ]

    private mutating func simplifySketches(_ scenario: inout Scenario) {
        for place in scenario.steps.indices {
            guard let word = scenario.steps[place].word, word.contains("|") else { continue }
            var text = word
            var isSmaller = true
            while isSmaller {
                isSmaller = false
                for candidate in Self.smallerSketches(text) {
                    var smaller = scenario
                    smaller.steps[place].word = candidate
                    guard fails(smaller) else { continue }
                    (scenario, text, isSmaller) = (smaller, candidate, true)
                    break
                }
            }
        }
    }

    /// Without one stage, without one word, without the signs behind a name.
    private static func smallerSketches(_ text: String) -> [String] {
        let parts = text.split(separator: "|").map { $0.split(separator: " ").map { String($0) } }
        var candidates: [[[String]]] = []
        for stage in parts.indices.dropFirst() where parts.count > 2 {
            candidates.append(parts.enumerated().filter { $0.offset != stage }.map(\.element))
        }
        for part in parts.indices {
            let first = part == 0 ? 0 : parts[part].firstIndex { $0.hasSuffix(":") } ?? 0
            for word in parts[part].indices where word > 0 && word != first {
                if part > 0, word > first, parts[part].count - first == 2 { continue }
                var smaller = parts
                smaller[part].remove(at: word)
                candidates.append(smaller)
            }
            for word in parts[part].indices where part > 0 && word > first {
                let name = parts[part][word].prefix { $0.isLetter || $0.isNumber }
                guard name.count < parts[part][word].count else { continue }
                var smaller = parts
                smaller[part][word] = String(name)
                candidates.append(smaller)
            }
        }
        return candidates.map { $0.map { $0.joined(separator: " ") }.joined(separator: " | ") }
    }
}

extension Scenario {
    fileprivate var cost: Int { description.utf8.count }
}
