import PipelineModel

extension PipelineDeclaration {
    /// A small world: stages between `|`, each `Name: action action …`.
    ///
    /// An action is `name@runOrder<input>output`; `!` after the name makes it a manual approval, `#ns` gives it a
    /// namespace. Actions of the first stage are sources.
    init(_ drawing: String, name: PipelineName = "world") {
        let stages = drawing.split(separator: "|").enumerated().map { index, text in
            let parts = text.split(separator: ":", maxSplits: 1)
            let actions = parts[1].split(separator: " ").map { ActionDeclaration(drawing: $0, isSource: index == 0) }
            return StageDeclaration(
                name: StageName(parts[0].trimmingSpaces), actions: actions)
        }
        self.init(
            name: name, roleArn: "arn:aws:iam::000000000000:role/pipeline",
            artifactStore: ArtifactStoreDeclaration(location: "artifacts"), stages: stages)
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
