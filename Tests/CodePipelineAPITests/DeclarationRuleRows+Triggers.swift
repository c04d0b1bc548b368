import PipelineModel

extension RuleRow {
    private static let git = "triggers.0.gitConfiguration"
    private static let reference =
        "Triggers for connections must reference a CodeStarSourceConnection action. Note that when you specify a trigger, you can't specify more than one trigger per source action."
    private static let combination =
        "The trigger configuration for the source action is not valid. Make sure to choose valid filter combinations."

    static let triggers: [RuleRow] = [
        RuleRow("an unknown source action", ["\(git).sourceActionName": #""Nothing""#], "Structure", reference),
        RuleRow("an action that is no source", ["\(git).sourceActionName": #""Compile""#], "Structure", reference),
        RuleRow(
            "two entries for one action",
            [
                "triggers.1":
                    #"{"providerType": "CodeStarSourceConnection", "gitConfiguration": {"sourceActionName": "Fetch", "push": [{"tags": {"includes": ["w*"]}}]}}"#
            ], "Structure", reference),
        RuleRow("no filter", ["\(git).push": nil, "\(git).pullRequest": nil], "Structure", combination),
        RuleRow("an empty filter", ["\(git).push.0": "{}"], "Structure", combination),
        RuleRow(
            "tags and branches", ["\(git).push.1.branches": #"{"includes": ["main"]}"#], "Structure", combination),
        RuleRow(
            "tags and file paths", ["\(git).push.1.filePaths": #"{"includes": ["a"]}"#], "Structure", combination),
        RuleRow("file paths without branches", ["\(git).push.0.branches": nil], "Structure", combination),
        RuleRow(
            "file paths of pull requests without branches",
            ["\(git).pullRequest.0.branches": nil, "\(git).pullRequest.0.filePaths": #"{"includes": ["a"]}"#],
            "Structure", combination),
        RuleRow(
            "the same push filter twice", ["\(git).push.0": #"{"tags": {"includes": ["v*"]}}"#], "Structure",
            combination),
        RuleRow(
            "the same pull request filter twice, events in another order",
            [
                "\(git).pullRequest.1":
                    #"{"events": ["UPDATED", "OPEN"], "branches": {"includes": ["main"]}}"#
            ], "Structure", combination),
        RuleRow(
            "a malformed pattern", ["\(git).push.1.tags.includes.0": #""v[1""#], "Structure",
            "The trigger configuration for the source action 'Fetch' is not valid: \(complaint(about: "v[1"))"),
    ]

    private static func complaint(about pattern: String) -> String {
        do throws(GlobPatternError) {
            return "\(try GlobPattern(pattern)) is a pattern"
        } catch {
            return error.description
        }
    }

    static let approvals: [RuleRow] = [
        approval("no number", "RequiredApprovals", "two", "a whole number from 1 to 50"),
        approval("no approval", "RequiredApprovals", "0", "a whole number from 1 to 50"),
        approval("too many approvals", "RequiredApprovals", "51", "a whole number from 1 to 50"),
        approval("a sign", "RequiredApprovals", "+2", "a whole number from 1 to 50"),
        approval("half a truth", "ForbidAuthor", "yes", "'true' or 'false'"),
        approval("another truth", "BindToArtifacts", "TRUE", "'true' or 'false'"),
        approval(
            "an empty approver", "Approvers", "arn:a,,arn:b",
            "a list of ARNs or user names with commas between them, none of them empty"),
        RuleRow(
            "more approvals than approvers",
            ["stages.1.actions.1": manual(#"{"RequiredApprovals": "3", "Approvers": "arn:a, arn:b"}"#)],
            "ActionDeclaration",
            "Action 'Ask' requires 3 approvals and names 2 approvers: name more, or require fewer"),
    ]

    private static func manual(_ configuration: String) -> String {
        #"{"name": "Ask", "actionTypeId": {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"}, "configuration": \#(configuration)}"#
    }

    private static func approval(_ rule: String, _ key: String, _ value: String, _ expected: String) -> RuleRow {
        RuleRow(
            rule, ["stages.1.actions.1": manual(#"{"\#(key)": "\#(value)"}"#)], "ActionDeclaration",
            "Action configuration for action 'Ask' contains an invalid value for '\(key)': it is \(expected)")
    }
}
