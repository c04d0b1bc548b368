/// Random pipelines, as sketches: one to six stages, groups, approvals, gates, variables, artifacts.
struct RandomSketch {
    /// Repositories that sources listen to: pipelines share them.
    static let repositories = ["r0", "r1"]
    private static let letters = ["a", "b", "c", "d", "e", "f"]
    private static let stageNames = ["Source", "Build", "Test", "Gate", "Stage", "Prod"]

    private var artifacts: [String] = []
    private var namespaces: [String] = []
    private var hasVariable = false

    static func text(_ generator: inout SeededGenerator) -> String {
        var sketch = RandomSketch()
        return sketch.draw(&generator)
    }

    private mutating func draw(_ generator: inout SeededGenerator) -> String {
        var text = generator.pick(["S", "S", "Q", "Q", "P"])
        let isParallel = text == "P"
        if generator.oneIn(3) {
            hasVariable = true
            text += generator.oneIn(5) ? " ++v" : " +v"
        }
        var names = Self.stageNames
        // Updates add, remove, rename and reorder: what comes after the source is drawn from one set of names.
        if generator.oneIn(3) { names[1...].swapAt(1 + generator.below(5), 1 + generator.below(5)) }
        for (place, name) in names.prefix(1 + generator.below(generator.oneIn(2) ? 3 : 6)).enumerated() {
            text += " | " + stage(name, isFirst: place == 0, isParallel: isParallel, &generator)
        }
        return text
    }

    private mutating func stage(
        _ name: String, isFirst: Bool, isParallel: Bool, _ generator: inout SeededGenerator
    ) -> String {
        var text = name
        if generator.oneIn(4) { text += " entry=" + generator.pick(["FAIL", "SKIP"]) + rules(&generator) }
        if generator.oneIn(4) {
            text +=
                " success=" + (isParallel || isFirst || generator.oneIn(2) ? "FAIL" : "ROLLBACK") + rules(&generator)
        }
        if generator.oneIn(3) {
            let rollback =
                isParallel || isFirst ? "RETRY" : generator.pick(["ROLLBACK", "ROLLBACK" + rules(&generator)])
            text += " failure=" + generator.pick(["RETRY", "RETRYALL", rollback])
        }
        text += ":"
        var made: (artifacts: [String], namespaces: [String]) = ([], [])
        for place in 0...generator.below(generator.oneIn(6) ? 7 : 3) {
            text += " " + action(stage: name, place, isFirst: isFirst, made: &made, &generator)
        }
        artifacts += made.artifacts
        namespaces += made.namespaces
        return text
    }

    private func rules(_ generator: inout SeededGenerator) -> String {
        (0...generator.below(2)).map { place in
            var text = ",r\(place)"
            if generator.oneIn(4) { text += "^\(5 + generator.below(60))" }
            if generator.oneIn(6), let name = namespaces.last { text += "$\(name).v" }
            return text
        }.joined()
    }

    private func action(
        stage: String, _ place: Int, isFirst: Bool, made: inout (artifacts: [String], namespaces: [String]),
        _ generator: inout SeededGenerator
    ) -> String {
        let name = stage.lowercased().prefix(1) + Self.letters[place % 6] + (place >= 6 ? "2" : "")
        var text = String(name)
        if isFirst {
            if !generator.oneIn(3) { text += "~" + generator.pick(Self.repositories) }
        } else if generator.oneIn(5) {
            text += (generator.oneIn(4) ? "!2" : "!") + (generator.oneIn(3) ? "^\(5 + generator.below(600))" : "")
            return text + (generator.oneIn(3) ? "@2" : "")
        } else if generator.oneIn(12) {
            text += "*"
        }
        if !isFirst, !artifacts.isEmpty, generator.oneIn(2) { text += "<" + generator.pick(artifacts) }
        if !isFirst, !namespaces.isEmpty, generator.oneIn(3) { text += "$\(generator.pick(namespaces)).v" }
        if !isFirst, hasVariable, generator.oneIn(3) { text += "$variables.v" }
        if !generator.oneIn(3) {
            text += ">" + name
            made.artifacts.append(String(name))
        }
        if generator.oneIn(3) {
            text += "%n" + name
            made.namespaces.append("n" + name)
        }
        if generator.oneIn(3) { text += "@\(1 + generator.below(3))" }
        return text
    }
}
