import PipelineModel

extension PipelineDeclaration {
    /// A small world: stages between `|`, each `Name: action action …`.
    ///
    /// An action is `name@runOrder<input>output`; `!` after the name makes it a manual approval, `#ns` gives it a
    /// namespace. Actions of the first stage are sources. In front may stand the mode, e.g. `QUEUED; Source: a | …`.
    init(_ drawing: String, name: PipelineName = "world") {
        let mode = ExecutionMode.allCases.first { drawing.hasPrefix("\($0.rawValue);") }
        let world = mode.map { drawing.dropFirst($0.rawValue.count + 1) } ?? drawing[...]
        self.init(
            name: name, roleArn: "arn:aws:iam::000000000000:role/pipeline",
            artifactStore: ArtifactStoreDeclaration(location: "artifacts"),
            stages: world.split(separator: "|").enumerated().map {
                StageDeclaration(drawing: $0.element, isSource: $0.offset == 0)
            }, executionMode: mode ?? .superseded, pipelineType: .v2)
    }

    /// Changes one action of the drawing.
    mutating func change(_ action: ActionName, _ change: (inout ActionDeclaration) -> Void) {
        for stage in stages.indices {
            for index in stages[stage].actions.indices where stages[stage].actions[index].name == action {
                change(&stages[stage].actions[index])
            }
        }
    }
}

extension StageDeclaration {
    /// Behind the name its gates in parentheses, separated by `;`: `entry FAIL rule+rule`, `success ROLLBACK rule`,
    /// `failure ROLLBACK rule`, `retry`, `retry ALL_ACTIONS`, `rollback`. A rule named `bad…` can't start.
    fileprivate init(drawing: Substring, isSource: Bool) {
        let parts = drawing.split(separator: ":", maxSplits: 1)
        let head = parts[0].split(whereSeparator: { "()".contains($0) })
        self.init(
            name: StageName(head[0].trimmingSpaces),
            actions: parts[1].split(separator: " ").map { ActionDeclaration(drawing: $0, isSource: isSource) })
        guard head.count > 1 else { return }
        for gate in head[1].split(separator: ";") { add(gate.split(separator: " ").map { String($0) }) }
    }

    private mutating func add(_ words: [String]) {
        var conditions: [ConditionDeclaration] {
            let rules = words[2].split(separator: "+").map { RuleDeclaration(drawing: String($0)) }
            return [ConditionDeclaration(result: ConditionResult(rawValue: words[1]), rules: rules)]
        }
        switch words[0] {
        case "entry": beforeEntry = GateDeclaration(conditions: conditions)
        case "success": onSuccess = GateDeclaration(conditions: conditions)
        case "failure": onFailure = FailureDeclaration(conditions: conditions)
        case "rollback": onFailure = FailureDeclaration(result: .rollback)
        case "retry":
            let mode = words.count > 1 ? RetryMode(rawValue: words[1]) : nil
            onFailure = FailureDeclaration(
                result: .retry, retryConfiguration: mode.map { RetryConfiguration(retryMode: $0) })
        default: preconditionFailure("no such gate: \(words)")
        }
    }
}

extension RuleDeclaration {
    fileprivate init(drawing name: String) {
        self.init(
            name: RuleName(name), ruleTypeId: RuleTypeID(provider: "VariableCheck"),
            configuration: name.hasPrefix("bad") ? ["Value": .plain("#{none.value}")] : [:])
    }
}

extension ActionDeclaration {
    fileprivate init(drawing: Substring, isSource: Bool) {
        var parts: [Character: [String]] = [:]
        var kind: Character = "n"
        var word = ""
        for character in drawing + "$" {
            guard "@<>!#$".contains(character) else {
                word.append(character)
                continue
            }
            if !word.isEmpty { parts[kind, default: []].append(word) }
            if character == "!" { parts["!"] = [] }
            (kind, word) = (character, "")
        }
        let build = ActionTypeID(category: .build, owner: .aws, provider: "CodeBuild")
        let source = ActionTypeID(category: .source, owner: .aws, provider: "CodeStarSourceConnection")
        self.init(
            name: ActionName(parts["n"]?.first ?? ""),
            actionTypeId: parts["!"] != nil ? .manualApproval : isSource ? source : build,
            runOrder: parts["@"]?.first.flatMap { Int($0) } ?? 1,
            inputArtifacts: (parts["<"] ?? []).map { ArtifactReference(name: ArtifactName($0)) },
            outputArtifacts: (parts[">"] ?? []).map { ArtifactReference(name: ArtifactName($0)) },
            namespace: parts["#"]?.first)
    }
}

extension Substring {
    fileprivate var trimmingSpaces: String { String(split(separator: " ").joined(separator: " ")) }
}
