import Foundation

/// A gateway with a repository, the real CLI for what a test is about, and the SDK for its waits.
struct Walk: Sendable {
    let corridor: Corridor
    let sdk: SDK
    let aws: AWS

    static func begin(extra: String = "") async throws -> Walk {
        let corridor = try await Corridor.open(files: Steps.files, extra: extra)
        let environment = try await corridor.gateway.environment()
        return Walk(corridor: corridor, sdk: SDK(environment), aws: AWS(environment: environment))
    }

    /// `Source`, then the stages; a V2 pipeline, `members` beside its stages.
    @discardableResult
    func create(_ name: String, mode: String = "SUPERSEDED", _ stages: JSON..., members: JSON = [:]) async throws
        -> JSON
    {
        let declaration = declaration(name, mode: mode, stages, members: members)
        try await sdk("CreatePipeline", ["pipeline": declaration])
        return declaration
    }

    func declaration(_ name: String, mode: String, _ stages: [JSON], members: JSON = [:]) -> JSON {
        var json = Definition(name, artifacts: corridor.artifacts, stages: [Definition.source] + stages).json
        json["executionMode"] = .string(mode)
        for (key, value) in members.members { json[key] = value }
        return json
    }

    /// `aws codepipeline update-pipeline` with the declaration in a file.
    @discardableResult
    func update(_ declaration: JSON) async throws -> JSON {
        let file = try corridor.gateway.scratch.write(
            try (["pipeline": declaration] as JSON).text, to: "\(UUID().uuidString).json")
        return try await aws.codepipeline("update-pipeline", "--cli-input-json", "file://\(file.path)")
    }

    /// Starts an execution and gives its id.
    func start(_ pipeline: String, _ more: String...) async throws -> String {
        let output = try await cli(["start-pipeline-execution", "--name", pipeline] + more)
        return output["pipelineExecutionId"].string ?? ""
    }

    /// `aws codepipeline ARGUMENTS`, which succeeds.
    @discardableResult
    func cli(_ arguments: [String]) async throws -> JSON {
        let output = try await aws.run(["codepipeline"] + arguments + ["--output", "json"])
        guard output.status == 0 else {
            throw Command.Failed(description: "aws codepipeline \(arguments.joined(separator: " ")): \(output.stderr)")
        }
        return output.stdout.isEmpty ? .null : try JSON(parsing: output.stdout)
    }

    /// The error that `aws codepipeline ARGUMENTS` ends with, e.g. `ConflictException`; empty when it succeeds.
    func error(_ arguments: String...) async throws -> String {
        let output = try await aws.run(["codepipeline"] + arguments)
        guard output.status != 0 else { return "" }
        guard let start = output.stderr.range(of: "An error occurred ("),
            let end = output.stderr[start.upperBound...].firstIndex(of: ")")
        else { return output.stderr }
        return String(output.stderr[start.upperBound..<end])
    }

    func ids(_ pipeline: String) async throws -> [String] {
        try await sdk.executions(of: pipeline).reversed().compactMap(\.["pipelineExecutionId"].string)
    }

    /// `aws codepipeline get-pipeline-state`'s word on a stage.
    func stage(_ stage: String, of pipeline: String) async throws -> JSON {
        let state = try await aws.codepipeline("get-pipeline-state", "--name", pipeline)
        return state["stageStates"].items.first { $0["stageName"].string == stage } ?? .null
    }

    /// The same through the SDK, for waits.
    func polled(_ stage: String, of pipeline: String) async throws -> JSON {
        let state = try await sdk("GetPipelineState", ["name": .string(pipeline)])
        return state["stageStates"].items.first { $0["stageName"].string == stage } ?? .null
    }

    /// Waits until the execution is inside the stage.
    func entered(_ execution: String, _ stage: String, of pipeline: String) async throws {
        try await waiting(until: "execution \(execution) in \(stage) of \(pipeline)") {
            try await polled(stage, of: pipeline)["latestExecution"]["pipelineExecutionId"].string == execution
        }
    }

    /// Waits until exactly these stand in front of the stage, in this order.
    func inbound(_ executions: [String], _ stage: String, of pipeline: String) async throws {
        try await waiting(until: "\(executions.count) executions before \(stage) of \(pipeline)") {
            try await polled(stage, of: pipeline)["inboundExecutions"].items
                .compactMap(\.["pipelineExecutionId"].string) == executions
        }
    }

    /// The token that `Ask` of an execution waits with, from ListActionExecutions: it works in every mode.
    func token(of execution: String, in pipeline: String, not old: String? = nil) async throws -> String {
        try await waiting(for: "the approval of \(execution)") {
            let rows = try await sdk(
                "ListActionExecutions",
                ["pipelineName": .string(pipeline), "filter": ["pipelineExecutionId": .string(execution)]])
            let row = rows["actionExecutionDetails"].items.first {
                $0["actionName"] == "Ask" && $0["status"] == "InProgress"
            }
            let token = row?["output"]["executionResult"]["externalExecutionId"].string
            return token == old ? nil : token
        }
    }

    func answer(_ status: String, _ execution: String, of pipeline: String, not old: String? = nil) async throws {
        let token = try await token(of: execution, in: pipeline, not: old)
        try await cli([
            "put-approval-result", "--pipeline-name", pipeline, "--stage-name", "Review", "--action-name", "Ask",
            "--token", token, "--result", "summary=by-a-test,status=\(status)",
        ])
    }

    /// `aws codepipeline get-pipeline-execution`.
    func execution(_ id: String, of pipeline: String) async throws -> JSON {
        try await aws.codepipeline(
            "get-pipeline-execution", "--pipeline-name", pipeline, "--pipeline-execution-id", id)["pipelineExecution"]
    }

    /// A variable check on the pipeline's variable `gate`: passes when that is `open`.
    static func gate(_ name: String, _ result: String?, value: String = "#{variables.gate}") -> JSON {
        var condition: JSON = [
            "rules": [
                [
                    "name": .string(name), "ruleTypeId": ruleType("VariableCheck"),
                    "configuration": ["Variable": .string(value), "Value": "open", "Operator": "EQ"],
                ]
            ]
        ]
        if let result { condition["result"] = .string(result) }
        return ["conditions": [condition]]
    }

    static func ruleType(_ provider: String) -> JSON {
        ["category": "Rule", "owner": "AWS", "provider": .string(provider), "version": "1"]
    }

    static let gateVariable: JSON = ["variables": [["name": "gate", "defaultValue": "open"]]]
    static let shut = ["--variables", "name=gate,value=shut"]
}
