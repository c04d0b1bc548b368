import PenstockServer

/// The table at the end: figure, target, verdict.
struct FigureTable {
    let figures: [Figure]

    func print() {
        CommandOutput.table(figures.map(row), header: ["FIGURE", "MEASURED", "TARGET", "", "HOW"])
        let missed = figures.filter { $0.isMet == false }.count
        let judged = figures.filter { $0.isMet != nil }.count
        CommandOutput.line("\(judged - missed) of \(judged) targets met")
    }

    private func row(_ figure: Figure) -> [String] {
        let target =
            switch figure.target {
            case .atLeast(let bound): "≥ \(Figure.text(bound))"
            case .atMost(let bound): "≤ \(Figure.text(bound))"
            case .none: ""
            }
        let verdict = figure.isMet.map { $0 ? "met" : "MISSED" } ?? ""
        return [figure.name, "\(Figure.text(figure.value)) \(figure.unit)", target, verdict, figure.note]
    }
}
