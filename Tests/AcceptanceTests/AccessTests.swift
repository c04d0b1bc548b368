import Foundation
import Testing

/// Who may come in, and what never comes out: keys, `penstock env`, secrets of definitions.
@Suite(.serialized) struct AccessTests {
    @Test func `the CLI learns who it is, and what isn't there or isn't signed is refused`() async throws {
        let gateway = try Gateway(configuration: "")
        try await gateway.start()
        let environment = try await gateway.environment()
        let aws = AWS(environment: environment)
        let identity = try await aws.run("sts", "get-caller-identity", "--output", "json")
        #expect(try JSON(parsing: identity.stdout)["Account"] == "000000000000")
        #expect(try JSON(parsing: identity.stdout)["Arn"] == "arn:aws:iam::000000000000:user/administrator")
        let unknown = try await aws.run(
            "codepipeline", "list-deploy-action-execution-targets", "--action-execution-id", UUID().uuidString)
        #expect(unknown.status != 0)
        #expect(unknown.stderr.contains("UnknownOperationException"))
        let wrong = AWS(environment: environment.merging(["AWS_SECRET_ACCESS_KEY": "wrong"]) { $1 })
        #expect(try await wrong.run("codepipeline", "list-pipelines").stderr.contains("InvalidSignatureException"))
        let stranger = AWS(environment: environment.merging(["AWS_ACCESS_KEY_ID": "PSTKAAAAAAAAAAAAAAAA"]) { $1 })
        #expect(
            try await stranger.run("codepipeline", "list-pipelines").stderr.contains("UnrecognizedClientException"))
        let unsigned = try await HTTP.post(
            Data("{}".utf8), to: try gateway.endpoint + "/",
            headers: ["X-Amz-Target": "CodePipeline_20150709.ListPipelines"])
        #expect(unsigned.status == 403 || unsigned.status == 400)
        let lines = try await gateway.penstock("env").text
        #expect(lines.contains("--endpoint-url '\(try gateway.endpoint)'"))
        #expect(lines.contains("unset AWS_SESSION_TOKEN"))
        let mode = try FileManager.default.attributesOfItem(atPath: gateway.data.path + "/credentials")
        #expect(mode[.posixPermissions] as? Int == 0o600)
    }

    @Test func `a GitHub v1 token reads the repository and is nowhere to be seen`() async throws {
        let token = "ghp_\(UUID().uuidString)"
        let corridor = try await Corridor.open(files: Steps.files, credential: "x-access-token:\(token)")
        // Only the action's own token may open the repository.
        try corridor.gateway.configure("connections: {github: {url: \"\(corridor.git.url)\"}}\n")
        #expect(try await corridor.gateway.terminate() == 0)
        try await corridor.gateway.start()
        let sdk = try await corridor.sdk()
        let source = Definition.stage(
            "Source",
            Definition.action(
                "Repository", "Source", "GitHub", owner: "ThirdParty",
                [
                    "Owner": "acme", "Repo": "storefront", "Branch": "main", "OAuthToken": .string(token),
                    "PollForSourceChanges": "false",
                ], outputs: ["Source"]))
        // Each run's build would show the token, had it come into the environment or the source.
        let build = Definition.build(buildspec: "buildspec.yml")
        let definition = Definition("first", artifacts: corridor.artifacts, stages: [source, build])
        try await sdk.create(definition)
        #expect(try await sdk.endOfNewest(of: "first", count: 1)["status"] == "Succeeded")
        let shown = try await sdk("GetPipeline", ["name": "first"])["pipeline"]
        #expect(shown["stages"][0]["actions"][0]["configuration"]["OAuthToken"] == "****")
        // A mask that is written back keeps the secret.
        try await sdk("UpdatePipeline", ["pipeline": shown])
        #expect(try await sdk.end(of: try await sdk.start("first"), of: "first") == "Succeeded")
        let actions = try await sdk("ListActionExecutions", ["pipelineName": "first"])
        #expect(try actions.text.contains(token) == false)
        #expect(try await corridor.gateway.terminate() == 0)
        for file in try corridor.gateway.files() {
            let bytes = try Data(contentsOf: corridor.gateway.data.appending(path: file))
            #expect(bytes.range(of: Data(token.utf8)) == nil, "the token is in \(file)")
        }
        #expect(!corridor.gateway.stderr.contains(token))
    }
}
