/// A list of steps, as text one a line or separated by semicolons.
package struct Scenario: Sendable, CustomStringConvertible {
    package var name: String
    package var steps: [SimulationStep]

    package init(name: String, steps: [SimulationStep]) {
        self.name = name
        self.steps = steps
    }

    /// - Throws: ``UnreadableStep``.
    package init(name: String, _ text: String) throws(UnreadableStep) {
        var steps: [SimulationStep] = []
        for line in text.split(whereSeparator: { $0 == ";" || $0 == "\n" }) {
            guard line.contains(where: { $0 != " " }) else { continue }
            steps.append(try SimulationStep(line))
        }
        self.init(name: name, steps: steps)
    }

    package var description: String { steps.map(\.description).joined(separator: "\n") }
}
