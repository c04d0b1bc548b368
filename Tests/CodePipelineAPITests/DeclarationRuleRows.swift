extension RuleRow {
    private static let gate =
        #"{"conditions": [{"result": "FAIL", "rules": [{"name": "r", "ruleTypeId": {"category": "Rule", "provider": "LambdaInvoke"}}]}]}"#
    private static let trigger =
        #"[{"providerType": "CodeStarSourceConnection", "gitConfiguration": {"sourceActionName": "Fetch"}}]"#
    private static let action = "stages.1.actions.0"

    static let types: [RuleRow] = [
        RuleRow(
            "mode of V1", ["executionMode": #""QUEUED""#], "Structure",
            "QUEUED or PARALLEL mode can only be used with V2 pipelines"),
        RuleRow(
            "variables of V1", ["variables": #"[{"name": "V"}]"#], "Structure",
            "Pipeline variable can only be used with V2 pipelines"),
        RuleRow(
            "triggers of V1", ["triggers": trigger], "Structure", "Triggers on tag can only be used with V2 pipelines"),
        RuleRow(
            "conditions of V1", ["stages.1.beforeEntry": gate], "StageDeclaration",
            "Stage level conditions can only be used with V2 pipelines."),
        RuleRow(
            "Commands of V1", ["\(action).actionTypeId.provider": #""Commands""#], "ActionDeclaration",
            "Commands Action can only be used with V2 pipelines."),
        RuleRow(
            "Lambda deploy of V1", ["stages.2.actions.0.actionTypeId.provider": #""Lambda""#], "ActionDeclaration",
            "Lambda Action can only be used with V2 pipelines."),
        RuleRow(
            "InvokePipeline of V1",
            [
                "stages.2.actions.0.actionTypeId.provider": #""CodePipeline""#,
                "stages.2.actions.0.actionTypeId.category": #""Invoke""#,
            ], "ActionDeclaration", "CodePipeline Action can only be used with V2 pipelines."),
    ]

    static let structures: [RuleRow] = [
        RuleRow(
            "no stage", ["stages": "[]"], "Structure",
            "Pipeline has only 0 stage(s). There should be a minimum of 2 stages in a pipeline"),
        RuleRow(
            "one stage", ["stages.2": nil, "stages.1": nil], "Structure",
            "Pipeline has only 1 stage(s). There should be a minimum of 2 stages in a pipeline"),
        RuleRow(
            "no source", ["stages.0": nil], "Structure",
            "Pipeline should start with a stage that only contains source actions"),
        RuleRow(
            "an empty source stage", ["stages.0.actions": "[]"], "Structure",
            "Pipeline should start with a stage that only contains source actions"),
        RuleRow(
            "a late source", ["stages.1.actions.0.actionTypeId.category": #""Source""#], "Structure",
            "Source actions can only be included in the first stage of the pipeline"),
        RuleRow(
            "sources only", ["stages.2": nil, "stages.1.actions": "[]"], "Structure",
            "Pipeline should contain at least 1 action whose category is not Source"),
        RuleRow(
            "the same variable twice", ["pipelineType": #""V2""#, "variables": #"[{"name": "V"}, {"name": "V"}]"#],
            "Structure", "Variable names must be unique. The following variable name is already in use: V"),
        RuleRow(
            "no store", ["artifactStore": nil], "Structure",
            "Your pipeline must declare either 'pipeline.artifactStore' or 'pipeline.artifactStores', and not both"),
        RuleRow(
            "both kinds of store", ["artifactStores": #"{"us-east-1": {"type": "S3", "location": "abc"}}"#],
            "Structure",
            "Your pipeline must declare either 'pipeline.artifactStore' or 'pipeline.artifactStores', and not both"),
        RuleRow(
            "one store for two regions", ["\(action).region": #""eu-west-1""#], "Structure",
            "Your pipeline contains actions in more than one region. Use 'pipeline.artifactStores' instead of 'pipeline.artifactStore' to declare an artifact store, such as an artifact bucket, for each region where you have an action."
        ),
        RuleRow(
            "a region without a store",
            [
                "artifactStore": nil, "artifactStores": #"{"us-east-1": {"type": "S3", "location": "abc"}}"#,
                "\(action).region": #""eu-west-1""#,
            ], "Structure",
            "Your pipeline must have an artifact store, such as an artifact bucket, for each region where you have an action. The following region is missing in 'pipeline.artifactStores': eu-west-1."
        ),
        RuleRow(
            "no store at home",
            ["artifactStore": nil, "artifactStores": #"{"eu-west-1": {"type": "S3", "location": "abc"}}"#], "Structure",
            "Your pipeline must have an artifact store, such as an artifact bucket, for each region where you have an action. The following region is missing in 'pipeline.artifactStores': us-east-1."
        ),
    ]

    static let stages: [RuleRow] = [
        RuleRow(
            "the same stage twice", ["stages.2.name": #""Build""#], "StageDeclaration",
            "Stage name 'Build' is used more than once"),
        RuleRow(
            "a blocker", ["stages.1.blockers": #"[{"name": "b", "type": "Schedule"}]"#], "BlockerDeclaration",
            "Blockers are reserved for later use: remove 'blockers' from stage 'Build'"),
        RuleRow(
            "an empty stage", ["stages.1.actions": "[]"], "StageDeclaration",
            "Stage 'Build' should contain at least 1 action"),
        RuleRow(
            "the same action twice in a stage",
            [
                "stages.1.actions.1":
                    #"{"name": "Compile", "actionTypeId": {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"}}"#
            ], "StageDeclaration", "Action name 'Compile' is used more than once in stage 'Build'"),
    ]

    static let actions: [RuleRow] = [
        RuleRow(
            "an unknown type",
            [
                "stages.0.actions.0.actionTypeId.provider": #""CodeStar""#,
                "stages.0.actions.0.name": #""SourceAction""#,
            ], "ActionDeclaration",
            "ActionType (Category: 'Source', Provider: 'CodeStar', Owner: 'AWS', Version: '1') in action 'SourceAction' is not available in region 'US_EAST_1'"
        ),
        RuleRow(
            "an unknown version", ["\(action).actionTypeId.version": #""2""#], "ActionDeclaration",
            "ActionType (Category: 'Build', Provider: 'CodeBuild', Owner: 'AWS', Version: '2') in action 'Compile' is not available in region 'US_EAST_1'"
        ),
        RuleRow(
            "too few inputs", ["\(action).inputArtifacts": "[]"], "ActionDeclaration",
            "Action Compile declares 0 input artifacts which is less than the minimum count (1)"),
        RuleRow(
            "too many outputs", ["stages.2.actions.0.outputArtifacts": #"[{"name": "X"}]"#], "ActionDeclaration",
            "Action Publish declares 1 output artifacts which is more than the maximum count (0)"),
        RuleRow(
            "a missing key", ["\(action).configuration": "{}"], "ActionDeclaration",
            "Action configuration for action 'Compile' is missing required configuration 'ProjectName'"),
        RuleRow(
            "an unknown key", ["\(action).configuration.Colour": #""blue""#], "ActionDeclaration",
            "Action configuration for action 'Compile' contains unknown configuration 'Colour'"),
        RuleRow(
            "a timeout elsewhere", ["\(action).timeoutInMinutes": "5"], "ActionDeclaration",
            "Action Compile can't have timeoutInMinutes: only Manual approval actions can"),
        RuleRow(
            "commands elsewhere", ["\(action).commands": #"["ls"]"#], "ActionDeclaration",
            "'commands' in action 'Compile' is not available in this version of Penstock; use a CodeBuild action"),
        RuleRow(
            "outputVariables", ["\(action).outputVariables": #"["V"]"#], "ActionDeclaration",
            "'outputVariables' in action 'Compile' is not available in this version of Penstock; use a CodeBuild action"
        ),
        RuleRow(
            "environmentVariables", ["\(action).environmentVariables": #"[{"name": "V", "value": "1"}]"#],
            "ActionDeclaration",
            "'environmentVariables' in action 'Compile' is not available in this version of Penstock; use a CodeBuild action"
        ),
        RuleRow(
            "files of an output", ["\(action).outputArtifacts.0.files": #"["**"]"#], "ActionDeclaration",
            "'outputArtifacts.files' in action 'Compile' is not available in this version of Penstock; use a CodeBuild action"
        ),
        RuleRow(
            "Commands without commands",
            [
                "pipelineType": #""V2""#, "\(action).actionTypeId.provider": #""Commands""#,
                "\(action).actionTypeId.category": #""Compute""#, "\(action).configuration": nil,
            ], "ActionDeclaration", "Action Compile must have a non-empty commands field"),
        RuleRow(
            "a source elsewhere",
            [
                "artifactStore": nil,
                "artifactStores":
                    #"{"us-east-1": {"type": "S3", "location": "abc"}, "eu-west-1": {"type": "S3", "location": "abd"}}"#,
                "stages.0.actions.0.region": #""eu-west-1""#,
            ], "ActionDeclaration",
            "Action Fetch can't run in region 'eu-west-1': cross-region actions must be owned by AWS and can't be source actions"
        ),
    ]

    static let graph: [RuleRow] = [
        RuleRow(
            "an input from nowhere", ["\(action).inputArtifacts.0.name": #""Nothing""#], "ActionDeclaration",
            "Input Artifact Bundle Nothing in action Compile is not declared as Output Artifact Bundle in any of the preceding actions"
        ),
        RuleRow(
            "its own output as input", ["\(action).inputArtifacts.0.name": #""Built""#], "ActionDeclaration",
            "Input Artifact Bundle Built in action Compile is not declared as Output Artifact Bundle in any of the preceding actions"
        ),
        RuleRow(
            "an output of the same run order",
            [
                "stages.1.actions.1":
                    #"{"name": "Test", "actionTypeId": {"category": "Test", "owner": "AWS", "provider": "CodeBuild", "version": "1"}, "configuration": {"ProjectName": "t"}, "inputArtifacts": [{"name": "Built"}]}"#
            ], "ActionDeclaration",
            "Input Artifact Bundle Built in action Test is not declared as Output Artifact Bundle in any of the preceding actions"
        ),
        RuleRow(
            "an output twice",
            ["\(action).outputArtifacts.0.name": #""App""#, "stages.2.actions.0.inputArtifacts.0.name": #""App""#],
            "ActionDeclaration",
            "Output Artifact Bundle App in action Compile is declared more than once: output artifact names must be unique in a pipeline"
        ),
        RuleRow(
            "a namespace twice", ["stages.0.actions.0.namespace": #""n""#, "\(action).namespace": #""n""#],
            "ActionDeclaration",
            "Namespaces must be unique across the pipeline definition. The following occur more than once in the pipeline. StageName=[Build], ActionName=[Compile], Namespace=[n]"
        ),
        RuleRow(
            "a reserved namespace", ["\(action).namespace": #""variables""#], "ActionDeclaration",
            "Namespace 'variables' of action 'Compile' is reserved: choose another one"),
        RuleRow(
            "a namespace like an artifact", ["\(action).namespace": #""App""#], "ActionDeclaration",
            "Namespace 'App' of action 'Compile' is the name of an artifact too: choose another one"),
        RuleRow(
            "a reference without a key", ["\(action).configuration.ProjectName": ##""a #{only}""##],
            "ActionDeclaration",
            "Valid format for a pipeline execution variable reference is a namespace and a key separated by a period (.). The variable reference #{only} in action 'Compile' is not valid"
        ),
        RuleRow(
            "an unknown namespace", ["\(action).configuration.ProjectName": ##""#{n.K}""##], "ActionDeclaration",
            "The variable reference #{n.K} in action 'Compile' is not valid: no action declares namespace 'n'"),
        RuleRow(
            "a later namespace",
            ["\(action).configuration.ProjectName": ##""#{n.K}""##, "stages.2.actions.0.namespace": #""n""#],
            "ActionDeclaration",
            "The variable reference #{n.K} in action 'Compile' is not valid: the action with namespace 'n' doesn't run before it"
        ),
        RuleRow(
            "another key of codepipeline", ["\(action).configuration.ProjectName": ##""#{codepipeline.X}""##],
            "ActionDeclaration",
            "The variable reference #{codepipeline.X} in action 'Compile' is not valid: the key is PipelineExecutionId"),
        RuleRow(
            "an undeclared variable", ["\(action).configuration.ProjectName": ##""#{variables.X}""##],
            "ActionDeclaration",
            "The variable reference #{variables.X} in action 'Compile' is not valid: the pipeline declares no variable 'X'"
        ),
        RuleRow(
            "a variable in a source",
            [
                "pipelineType": #""V2""#, "variables": #"[{"name": "V", "defaultValue": "v"}]"#,
                "stages.0.actions.0.configuration.S3Bucket": ##""#{variables.V}""##,
            ], "ActionDeclaration",
            "The variable reference #{variables.V} in action 'Fetch' is not valid: source actions can't use pipeline variables"
        ),
    ]
}
