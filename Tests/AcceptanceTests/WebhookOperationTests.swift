import Foundation
import Testing

/// PutWebhook and its kin through the real CLI, and deliveries to what they make.
@Suite(.serialized) struct WebhookOperationTests {
    private static func definition(
        _ name: String, pipeline: String, filters: JSON, authentication: String = "GITHUB_HMAC",
        configuration: JSON = ["SecretToken": .string(Payload.secret)]
    ) -> JSON {
        [
            "name": .string(name), "targetPipeline": .string(pipeline), "targetAction": "Repository",
            "filters": filters, "authentication": .string(authentication),
            "authenticationConfiguration": configuration,
        ]
    }

    private static let branch: JSON = [["jsonPath": "$.ref", "matchEquals": "refs/heads/{BranchName}"]]

    /// `aws codepipeline put-webhook`; gives the webhook as it is answered.
    private func put(_ walk: Walk, _ definition: JSON) async throws -> JSON {
        let file = try walk.corridor.gateway.scratch.write(
            try (["webhook": definition] as JSON).text, to: "\(UUID().uuidString).json")
        return try await walk.cli(["put-webhook", "--cli-input-json", "file://\(file.path)"])["webhook"]
    }

    @Test func `a webhook starts its pipeline when all filters match`() async throws {
        let walk = try await Walk.begin()
        try await walk.create("hooked", Definition.approval)
        let made = try await put(walk, Self.definition("w", pipeline: "hooked", filters: Self.branch))
        let url = try #require(made["url"].string)
        let endpoint = try walk.corridor.gateway.endpoint
        #expect(url.hasPrefix(endpoint + "/hooks/"))
        #expect(made["definition"]["authenticationConfiguration"]["SecretToken"] == "****")
        let payload = try Payload(commit: try await walk.corridor.git.tip())
        let answer = try await payload.post(to: url)
        #expect(answer.status == 202 && answer.text == "accepted\n")
        let started = try await waiting(for: "the execution that the webhook started") {
            let ids = try await walk.ids("hooked")
            return ids.count == 2 ? ids.last : nil
        }
        let execution = try await walk.execution(started, of: "hooked")
        #expect(execution["trigger"]["triggerType"] == "Webhook")
        #expect(execution["trigger"]["triggerDetail"] == made["arn"])
        let listed = try await walk.cli(["list-webhooks"])["webhooks"][0]
        #expect(listed["lastTriggered"].string != nil || listed["lastTriggered"].number != nil)
        let other = try Payload(commit: String(repeating: "b", count: 40), branch: "other")
        #expect(try await other.post(to: url).text == "ignored\n")
        let journal = try await walk.corridor.gateway.journal()
        #expect(
            journal[0]["decisions"][0]["reason"] == "$.ref is 'refs/heads/other', not 'refs/heads/main'")
        #expect(try await Payload(body: other.body, secret: "wrong").post(to: url).status == 401)
        #expect(try await walk.ids("hooked").count == 2)
        try await walk.cli(["delete-webhook", "--name", "w"])
        #expect(try await payload.post(to: url).status == 404)
        #expect(!walk.corridor.gateway.stderr.contains(Payload.secret))
    }

    @Test func `a webhook keeps its URL over a restart and an update`() async throws {
        let walk = try await Walk.begin()
        try await walk.create("hooked", Definition.approval)
        let open = Self.definition(
            "w", pipeline: "hooked", filters: [["jsonPath": "$.build.phase", "matchEquals": "COMPLETED"]],
            authentication: "UNAUTHENTICATED", configuration: [:])
        let url = try #require(try await put(walk, open)["url"].string)
        let path = url.split(separator: "/").last.map(String.init) ?? ""
        try await walk.corridor.gateway.terminate()
        try await walk.corridor.gateway.start()
        let again = try walk.corridor.gateway.endpoint + "/hooks/" + path
        let jenkins = Data(#"{"name": "app", "build": {"phase": "COMPLETED", "status": "SUCCESS"}}"#.utf8)
        for expected in 2...3 {
            #expect(try await HTTP.post(jenkins, to: again).status == 202)
            try await waiting(until: "execution \(expected)") {
                let environment = try await walk.corridor.gateway.environment()
                return try await SDK(environment).executions(of: "hooked").count == expected
            }
        }
    }

    @Test func `the operations' answers and errors agree with the model`() async throws {
        let walk = try await Walk.begin()
        try await walk.create("hooked", Definition.approval)
        let definition = Self.definition("w", pipeline: "hooked", filters: Self.branch)
        try await walk.sdk("PutWebhook", ["webhook": definition, "tags": [["key": "team", "value": "web"]]])
        try await walk.sdk("ListWebhooks", ["MaxResults": 1])
        for operation in ["RegisterWebhookWithThirdParty", "DeregisterWebhookWithThirdParty"] {
            try await walk.sdk(operation, ["webhookName": "w"])
            #expect(try await walk.sdk.answer(operation, ["webhookName": "x"]).error == "WebhookNotFoundException")
        }
        var wrong = definition
        wrong["filters"] = [["jsonPath": "$.a["]]
        let refused = try await walk.sdk.answer("PutWebhook", ["webhook": wrong])
        #expect(refused.error == "InvalidWebhookFilterPatternException")
        try await walk.sdk("DeleteWebhook", ["name": "w"])
        try await walk.sdk("DeleteWebhook", ["name": "w"])
    }

    // MARK: At the host

    /// A gateway whose `forge` connection leads to a GitHub that is played by a script.
    private func registering(_ hooks: String = "") async throws -> (Walk, PythonServer)? {
        let github = try await PythonServer("github_hooks.py")
        let walk = try await Walk.begin(extra: "public_url: https://penstock.example\n")
        let described = try await walk.corridor.gateway.penstock(
            "modules", "describe", "GitHub", "--output", "json")
        guard described.text.contains("hooks at GitHub") else {
            print("SKIPPED: this build's GitHub module registers no hooks")
            return nil
        }
        let gateway = walk.corridor.gateway
        try await gateway.terminate()
        let yaml = try String(contentsOf: gateway.configuration, encoding: .utf8)
        try gateway.configure(
            yaml.replacingOccurrences(
                of: "connections:\n",
                with: "connections:\n  forge: {url: '\(github.url)', api_url: '\(github.url)/api/v3', token: good}\n"
            ).replacingOccurrences(of: "hooks:\n", with: "hooks:\n" + hooks))
        try await gateway.start()
        let environment = try await gateway.environment()
        return (Walk(corridor: walk.corridor, sdk: SDK(environment), aws: AWS(environment: environment)), github)
    }

    private func hooks(at github: PythonServer) async throws -> [JSON] {
        try JSON(parsing: try await HTTP.get(github.url + "/played").body).items
    }

    private static let forgeSource: JSON = Definition.stage(
        "Source",
        Definition.action(
            "Repository", "Source", "CodeStarSourceConnection",
            [
                "ConnectionArn": "arn:aws:codeconnections:us-east-1:000000000000:connection/forge",
                "FullRepositoryId": "acme/app", "BranchName": "main",
            ], outputs: ["Source"]))

    @Test func `a webhook is registered at its host, repaired and removed`() async throws {
        guard let (walk, github) = try await registering() else { return }
        let pipeline = Definition(
            "forged", artifacts: walk.corridor.artifacts, stages: [Self.forgeSource, Definition.approval])
        try await walk.sdk.create(pipeline)
        let made = try await put(walk, Self.definition("w", pipeline: "forged", filters: Self.branch))
        try await walk.cli(["register-webhook-with-third-party", "--webhook-name", "w"])
        let hook = try #require(try await hooks(at: github).first)
        #expect(hook["config"]["url"] == made["url"] && hook["config"]["secret"].string == Payload.secret)
        #expect(made["url"].string?.hasPrefix("https://penstock.example/hooks/") == true)
        _ = try await HTTP.post(Data(), to: github.url + "/played/switch-off")
        try await walk.cli(["register-webhook-with-third-party", "--webhook-name", "w"])
        #expect(try await hooks(at: github).map(\.["active"]) == [true])
        try await walk.cli(["deregister-webhook-with-third-party", "--webhook-name", "w"])
        #expect(try await hooks(at: github).isEmpty)
        _ = try await HTTP.post(Data(), to: github.url + "/played/refuse")
        try await walk.cli(["register-webhook-with-third-party", "--webhook-name", "w"])
        let listed = try await walk.cli(["list-webhooks"])["webhooks"][0]
        #expect(listed["errorCode"] == "PermissionError", "\(listed)")
        #expect(listed["errorMessage"].string?.isEmpty == false)
    }

    @Test func `hooks of the configuration come and go with the pipelines`() async throws {
        let entry = "  forged: {connection: forge, secret: hush-hush, register: true}\n"
        guard let (walk, github) = try await registering(entry) else { return }
        let pipeline = Definition(
            "forged", artifacts: walk.corridor.artifacts, stages: [Self.forgeSource, Definition.approval])
        try await walk.sdk.create(pipeline)
        try await waiting(until: "the hook at the host", upTo: .seconds(60)) {
            try await hooks(at: github).first?["config"]["secret"] == "hush-hush"
        }
        try await waiting(until: "the hook's state in the list") {
            let listed = try await walk.corridor.gateway.penstock("hooks", "list", "--output", "json")
            let forged = try JSON(parsing: listed.stdout).items.first { $0["name"] == "forged" }
            return forged?["registrations"][0]["state"] == "registered"
        }
        try await walk.cli(["delete-pipeline", "--name", "forged"])
        try await waiting(until: "the host without the hook", upTo: .seconds(60)) {
            try await hooks(at: github).isEmpty
        }
    }
}
