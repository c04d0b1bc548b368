package import PipelineModel

/// A pipeline in one line of text, so that a failing seed can be read and pasted.
///
/// `MODE +variables | Stage gates: actions | …`, e.g.
/// `Q +v | Source: app~r0>app | Build entry=SKIP,dry failure=RETRY: unit<app>bin%u lint@2$u.v | Gate: ok!`
/// - mode `S`, `Q` or `P`; `+v` declares a variable with a default, `++v` one without;
/// - gates `entry=RESULT,rule,…`, `success=…`, `failure=RESULT` or `failure=RESULT,rule,…`;
/// - an action is its name and any of `!` (manual approval; `!2` needs two approvers and tells a topic), `~repository` (a connection's source), `*` (invokes),
///   `<input`, `>output`, `@run order`, `%namespace`, `$namespace.key` (used in its configuration), `^minutes`.
/// Actions of the first stage are sources.
package struct PipelineSketch {
    package let text: String

    package init(_ text: String) { self.text = text }

    package func declaration(named name: PipelineName) -> PipelineDeclaration {
        let parts = text.split(separator: "|")
        let head = parts[0].split(separator: " ")
        let stages = parts.dropFirst().enumerated().map { Self.stage($1, isFirst: $0 == 0) }
        return PipelineDeclaration(
            name: name, roleArn: "arn:aws:iam::000000000000:role/pipeline",
            artifactStore: ArtifactStoreDeclaration(location: "artifacts"), stages: stages,
            executionMode: Self.mode(head[0]), pipelineType: .v2, variables: Self.variables(head.dropFirst()))
    }

    private static func mode(_ letter: Substring) -> ExecutionMode {
        switch letter {
        case "Q": .queued
        case "P": .parallel
        default: .superseded
        }
    }

    private static func variables(_ words: ArraySlice<Substring>) -> [PipelineVariableDeclaration]? {
        guard !words.isEmpty else { return nil }
        return words.map { word in
            let name = String(word.drop { $0 == "+" })
            return PipelineVariableDeclaration(name: name, defaultValue: word.hasPrefix("++") ? nil : "default")
        }
    }

    private static func stage(_ text: Substring, isFirst: Bool) -> StageDeclaration {
        let parts = text.split(separator: ":", maxSplits: 1)
        let head = parts[0].split(separator: " ")
        var stage = StageDeclaration(
            name: StageName(String(head[0])),
            actions: (parts.count > 1 ? parts[1] : "").split(separator: " ")
                .map { ActionDeclaration(sketch: $0, isSource: isFirst) })
        for gate in head.dropFirst() {
            let sides = gate.split(separator: "=")
            let words = sides[1].split(separator: ",").map { String($0) }
            switch sides[0] {
            case "entry": stage.beforeEntry = GateDeclaration(conditions: [condition(words)])
            case "success": stage.onSuccess = GateDeclaration(conditions: [condition(words)])
            default: stage.onFailure = failure(words)
            }
        }
        return stage
    }

    private static func failure(_ words: [String]) -> FailureDeclaration {
        guard words.count == 1 else { return FailureDeclaration(conditions: [condition(words)]) }
        if words[0] == "RETRYALL" {
            return FailureDeclaration(result: .retry, retryConfiguration: RetryConfiguration(retryMode: .allActions))
        }
        return FailureDeclaration(result: ConditionResult(rawValue: words[0]))
    }

    private static func condition(_ words: [String]) -> ConditionDeclaration {
        ConditionDeclaration(
            result: ConditionResult(rawValue: words[0]), rules: words.dropFirst().map { RuleDeclaration(sketch: $0) })
    }
}

extension RuleDeclaration {
    fileprivate init(sketch: String) {
        let parts = SketchParts(sketch[...])
        self.init(
            name: RuleName(parts.name), ruleTypeId: RuleTypeID(provider: "VariableCheck"),
            configuration: parts.configuration, inputArtifacts: parts.inputs,
            timeoutInMinutes: parts.number("^"))
    }
}

extension ActionDeclaration {
    fileprivate init(sketch: Substring, isSource: Bool) {
        let parts = SketchParts(sketch)
        var configuration = parts.configuration
        if let approvers = parts.number("!") {
            configuration["RequiredApprovals"] = .plain("\(approvers)")
            configuration["NotificationArn"] = .plain("arn:aws:sns:us-east-1:0:topic")
        }
        if let repository = parts["~"] {
            configuration["ConnectionArn"] = .plain("arn:aws:codestar-connections:us-east-1:0:connection/c")
            configuration["FullRepositoryId"] = .plain(repository)
            configuration["BranchName"] = .plain("main")
        }
        self.init(
            name: ActionName(parts.name), actionTypeId: parts.type(isSource: isSource),
            runOrder: parts.number("@") ?? 1, configuration: configuration, inputArtifacts: parts.inputs,
            outputArtifacts: parts.all(">").map { ArtifactReference(name: ArtifactName($0)) },
            namespace: parts["%"], timeoutInMinutes: parts.number("^"))
    }
}

/// The name of a sketched action or rule and what its signs say.
private struct SketchParts {
    private(set) var name = ""
    private var words: [(sign: Character, text: String)] = []

    init(_ text: Substring) {
        for character in text {
            if "!~*<>@%$^".contains(character) {
                words.append((character, ""))
            } else if words.isEmpty {
                name.append(character)
            } else {
                words[words.count - 1].text.append(character)
            }
        }
    }

    subscript(sign: Character) -> String? { words.first { $0.sign == sign }?.text }
    func all(_ sign: Character) -> [String] { words.filter { $0.sign == sign }.map(\.text) }
    func number(_ sign: Character) -> Int? { self[sign].flatMap { Int($0) } }
    var inputs: [ArtifactReference] { all("<").map { ArtifactReference(name: ArtifactName($0)) } }

    var configuration: [String: ConfigurationValue] {
        var values: [String: ConfigurationValue] = [:]
        for (place, reference) in all("$").enumerated() { values["value\(place)"] = .plain("#{\(reference)}") }
        return values
    }

    func type(isSource: Bool) -> ActionTypeID {
        if self["!"] != nil { return .manualApproval }
        if self["~"] != nil {
            return ActionTypeID(category: .source, owner: .aws, provider: "CodeStarSourceConnection")
        }
        if isSource { return ActionTypeID(category: .source, owner: .custom, provider: "Inbox") }
        if self["*"] != nil { return ActionTypeID(category: .invoke, owner: .aws, provider: "Lambda") }
        return ActionTypeID(category: .build, owner: .aws, provider: "CodeBuild")
    }
}
