extension RuleRow {
    private static func condition(_ result: String?, _ rules: String...) -> String {
        let member = result.map { #""result": "\#($0)", "# } ?? ""
        return #"{"conditions": [{\#(member)"rules": [\#(rules.joined(separator: ","))]}]}"#
    }

    private static let window = Pipelines.rule("W", "DeploymentWindow", #"{"Cron": "* * * ? * *"}"#)
    private static let onlyWindow = condition("FAIL", window)

    static let gates: [RuleRow] = [
        RuleRow(
            "result and conditions",
            ["stages.1.onFailure": condition("ROLLBACK", window), "stages.1.onFailure.result": #""ROLLBACK""#],
            "StageDeclaration",
            "The following stage cannot have a failure exit gate configured with both top level result and conditions: 'Build'"
        ),
        RuleRow(
            "retry and conditions",
            ["stages.1.onFailure": condition("ROLLBACK", window), "stages.1.onFailure.result": #""RETRY""#],
            "StageDeclaration",
            "The following stage cannot have a failure exit gate configured with both top level result and conditions: 'Build'"
        ),
        RuleRow(
            "FAIL on failure", ["stages.1.onFailure": #"{"result": "FAIL"}"#], "StageDeclaration",
            "The result FAIL can't be used in onFailure of stage 'Build': it is ROLLBACK or RETRY"),
        RuleRow(
            "SKIP on failure", ["stages.1.onFailure": #"{"result": "SKIP"}"#], "StageDeclaration",
            "The result SKIP can't be used in onFailure of stage 'Build': it is ROLLBACK or RETRY"),
        RuleRow(
            "a retry mode without retry",
            ["stages.1.onFailure": #"{"result": "ROLLBACK", "retryConfiguration": {"retryMode": "ALL_ACTIONS"}}"#],
            "StageDeclaration",
            "retryConfiguration in onFailure of stage 'Build' can only be used with the result RETRY"),
        RuleRow(
            "an entry condition of the source stage", ["stages.0.beforeEntry": onlyWindow], "StageDeclaration",
            "Entry conditions cannot be added to the source stage 'Source': move them to the next stage"),
        RuleRow(
            "a rollback of the source stage", ["stages.0.onFailure": #"{"result": "ROLLBACK"}"#], "StageDeclaration",
            "The source stage 'Source' cannot be rolled back: onFailure can't have the result ROLLBACK"),
        RuleRow(
            "a rollback on the source stage's success", ["stages.0.onSuccess": condition("ROLLBACK", window)],
            "StageDeclaration",
            "The source stage 'Source' cannot be rolled back: onSuccess can't have the result ROLLBACK"),
        RuleRow(
            "ROLLBACK in PARALLEL",
            ["executionMode": #""PARALLEL""#, "stages.1.onFailure": #"{"result": "ROLLBACK"}"#], "StageDeclaration",
            "Failure conditions with rollback result type cannot be added to a PARALLEL pipeline."),
        RuleRow(
            "a ROLLBACK condition in PARALLEL",
            ["executionMode": #""PARALLEL""#, "stages.1.onFailure": condition("ROLLBACK", window)], "StageDeclaration",
            "Failure conditions with rollback result type cannot be added to a PARALLEL pipeline."),
        RuleRow(
            "ROLLBACK on success in PARALLEL",
            ["executionMode": #""PARALLEL""#, "stages.1.onSuccess": condition("ROLLBACK", window)], "StageDeclaration",
            "Success conditions with rollback result type cannot be added to a PARALLEL pipeline."),
        RuleRow(
            "ROLLBACK before entry", ["stages.1.beforeEntry": condition("ROLLBACK", window)], "StageDeclaration",
            "The result ROLLBACK can't be used in the beforeEntry condition of stage 'Build': it is FAIL or SKIP"),
        RuleRow(
            "RETRY before entry", ["stages.1.beforeEntry": condition("RETRY", window)], "StageDeclaration",
            "The result RETRY can't be used in the beforeEntry condition of stage 'Build': it is FAIL or SKIP"),
        RuleRow(
            "SKIP on success", ["stages.1.onSuccess": condition("SKIP", window)], "StageDeclaration",
            "The result SKIP can't be used in the onSuccess condition of stage 'Build': it is ROLLBACK or FAIL"),
        RuleRow(
            "FAIL as a failure condition", ["stages.1.onFailure": condition("FAIL", window)], "StageDeclaration",
            "The result FAIL can't be used in the onFailure condition of stage 'Build': it is ROLLBACK"),
        RuleRow(
            "a condition without rules", ["stages.1.beforeEntry": #"{"conditions": [{"result": "FAIL"}]}"#],
            "StageDeclaration", "The beforeEntry condition of stage 'Build' should contain at least 1 rule"),
    ]

    static let rules: [RuleRow] = [
        RuleRow(
            "the same rule twice", ["stages.1.beforeEntry": condition("FAIL", window, window)], "StageDeclaration",
            "Rule name 'W' is used more than once in the beforeEntry condition of stage 'Build'"),
        RuleRow(
            "a rule whose module is missing",
            ["stages.1.beforeEntry": condition("FAIL", Pipelines.rule("Alarm", "CloudWatchAlarm"))],
            "StageDeclaration",
            "Rule 'Alarm' of stage 'Build': no module of this gateway provides the rule CloudWatchAlarm; load a module with it, or use one of Commands, DeploymentWindow, Probe, VariableCheck"
        ),
        RuleRow(
            "another version of a rule",
            [
                "stages.1.beforeEntry": onlyWindow,
                "stages.1.beforeEntry.conditions.0.rules.0.ruleTypeId.version": #""2""#,
            ], "StageDeclaration",
            "Rule 'W' of stage 'Build': no module of this gateway provides the rule DeploymentWindow (version 2); load a module with it, or use one of Commands, DeploymentWindow, Probe, VariableCheck"
        ),
        RuleRow(
            "SKIP with a rule that can't", ["stages.1.beforeEntry": condition("SKIP", window)], "StageDeclaration",
            "Rule 'W' of stage 'Build': a condition with a DeploymentWindow rule can't have the result SKIP; use FAIL, or the rules VariableCheck"
        ),
        RuleRow(
            "a missing key", ["stages.1.beforeEntry": condition("FAIL", Pipelines.rule("W", "DeploymentWindow"))],
            "StageDeclaration",
            "Rule configuration for rule 'W' of stage 'Build' is missing required configuration 'Cron'"),
        RuleRow(
            "an unknown key",
            ["stages.1.beforeEntry": condition("FAIL", Pipelines.rule("P", "Probe", #"{"Colour": "blue"}"#))],
            "StageDeclaration",
            "Rule configuration for rule 'P' of stage 'Build' contains unknown configuration 'Colour'"),
        RuleRow(
            "Commands without commands",
            ["stages.1.beforeEntry": condition("FAIL", Pipelines.rule("C", "Commands", inputs: "App"))],
            "StageDeclaration", "Rule 'C' of stage 'Build' must have a non-empty commands field"),
        RuleRow(
            "commands elsewhere",
            [
                "stages.1.beforeEntry": onlyWindow,
                "stages.1.beforeEntry.conditions.0.rules.0.commands": #"["ls"]"#,
            ], "StageDeclaration",
            "Rule 'W' of stage 'Build' can't have commands: a DeploymentWindow rule takes none"),
        RuleRow(
            "too few inputs", ["stages.1.beforeEntry": condition("FAIL", Pipelines.rule("C", "Commands"))],
            "StageDeclaration",
            "Rule 'C' of stage 'Build' declares 0 input artifacts which is less than the minimum count (1)"),
        RuleRow(
            "too many inputs",
            [
                "stages.1.beforeEntry": condition(
                    "FAIL", Pipelines.rule("W", "DeploymentWindow", #"{"Cron": "* * * ? * *"}"#, inputs: "App"))
            ], "StageDeclaration",
            "Rule 'W' of stage 'Build' declares 1 input artifacts which is more than the maximum count (0)"),
        RuleRow(
            "an input of the stage itself before it",
            ["stages.1.beforeEntry": condition("FAIL", Pipelines.rule("P", "Probe", inputs: "Built"))],
            "StageDeclaration",
            "Input Artifact Bundle Built in rule P of stage Build is not declared as Output Artifact Bundle in any of the preceding actions"
        ),
        RuleRow(
            "an input of a later stage",
            ["stages.0.onSuccess": condition("FAIL", Pipelines.rule("P", "Probe", inputs: "Built"))],
            "StageDeclaration",
            "Input Artifact Bundle Built in rule P of stage Source is not declared as Output Artifact Bundle in any of the preceding actions"
        ),
        RuleRow(
            "a variable of the stage itself before it",
            [
                "stages.1.actions.0.namespace": #""B""#,
                "stages.1.beforeEntry": condition("FAIL", Pipelines.rule("P", "Probe", ##"{"Target": "#{B.X}"}"##)),
            ], "StageDeclaration",
            "The variable reference #{B.X} in rule 'P' of stage 'Build' is not valid: the action with namespace 'B' doesn't run before it"
        ),
        RuleRow(
            "a variable in a command",
            [
                "stages.1.onSuccess": condition("FAIL", Pipelines.rule("C", "Commands", inputs: "Built")),
                "stages.1.onSuccess.conditions.0.rules.0.commands": ##"["true", "echo #{variables.V}"]"##,
            ], "StageDeclaration",
            "The variable reference #{variables.V} in rule 'C' of stage 'Build' is not valid: the pipeline declares no variable 'V'"
        ),
        RuleRow(
            "an unknown namespace",
            ["stages.1.onSuccess": condition("FAIL", Pipelines.rule("P", "Probe", ##"{"Target": "#{n.X}"}"##))],
            "StageDeclaration",
            "The variable reference #{n.X} in rule 'P' of stage 'Build' is not valid: no action declares namespace 'n'"),
    ]
}
