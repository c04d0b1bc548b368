import Foundation
import Testing

/// Connections made with the real CLI, completed with ours.
@Suite(.serialized) struct ConnectionOperationTests {
    private func cli(_ walk: Walk, _ arguments: String...) async throws -> JSON {
        let output = try await walk.aws.run(arguments + ["--output", "json"])
        guard output.status == 0 else {
            throw Command.Failed(description: "aws \(arguments.joined(separator: " ")): \(output.stderr)")
        }
        return output.stdout.isEmpty ? .null : try JSON(parsing: output.stdout)
    }

    private static func source(_ connection: String) -> JSON {
        Definition.stage(
            "Source",
            Definition.action(
                "Repository", "Source", "CodeStarSourceConnection",
                [
                    "ConnectionArn": .string(connection), "FullRepositoryId": .string(GitServer.repository),
                    "BranchName": "main",
                ], outputs: ["Source"]))
    }

    @Test func `a pending connection says how it is completed, and then works`() async throws {
        let walk = try await Walk.begin()
        let gateway = walk.corridor.gateway
        let made = try await cli(
            walk, "codeconnections", "create-connection", "--connection-name", "web", "--provider-type", "GitHub",
            "--tags", "Key=team,Value=web")
        let arn = try #require(made["ConnectionArn"].string)
        try await walk.sdk.create(
            Definition("web", artifacts: walk.corridor.artifacts, stages: [Self.source(arn), Definition.approval]))
        let first = try await walk.sdk.endOfNewest(of: "web", count: 1)
        #expect(first["status"] == "Failed")
        let state = try await walk.sdk.actionState("Repository", in: "Source", of: "web")
        let message = state["latestExecution"]["errorDetails"]["message"].string ?? ""
        #expect(message.contains("PENDING") && message.contains("penstock connections complete \(arn)"), "\(message)")
        let token = try gateway.scratch.write("t0ken-of-a-test\n", to: "token")
        let completed = try await gateway.penstock(
            "connections", "complete", "web", "--url", walk.corridor.git.url, "--token-file", token.path)
        #expect(completed.status == 0 && completed.text == "web is AVAILABLE\n", "\(completed.stderr)")
        let got = try await cli(walk, "codeconnections", "get-connection", "--connection-arn", arn)
        #expect(got["Connection"]["ConnectionStatus"] == "AVAILABLE")
        _ = try await walk.sdk.start("web")
        _ = try await Steps.approvalToken(walk.sdk, "web")
        try await gateway.terminate()
        try await gateway.start()
        let listed = try await gateway.penstock("connections", "list", "--output", "json")
        let connections = try JSON(parsing: listed.stdout)["connections"].items
        #expect(connections.map(\.["name"]) == ["github", "web"])
        #expect(connections.map(\.["status"]) == ["AVAILABLE", "AVAILABLE"])
        #expect(!listed.text.contains("t0ken-of-a-test") && !gateway.stderr.contains("t0ken-of-a-test"))
        let ledger = try gateway.files().filter { $0.hasPrefix("penstock") || $0.contains("ledger") }
        for file in ledger {
            let bytes = try Data(contentsOf: gateway.data.appending(path: file))
            #expect(bytes.range(of: Data("t0ken-of-a-test".utf8)) == nil, "\(file)")
        }
    }

    @Test func `the service answers under both of its names`() async throws {
        let walk = try await Walk.begin()
        for service in ["codeconnections", "codestar-connections"] {
            // As an argument the CLI would fetch the URL.
            let input = #"""
                {"Name": "forge", "ProviderType": "GitHubEnterpriseServer", "ProviderEndpoint": "https://git.example"}
                """#
            let host = try await cli(walk, service, "create-host", "--cli-input-json", input)
            let hostARN = try #require(host["HostArn"].string)
            let made = try await cli(
                walk, service, "create-connection", "--connection-name", service, "--host-arn", hostARN)
            let arn = try #require(made["ConnectionArn"].string)
            _ = try await cli(
                walk, service, "tag-resource", "--resource-arn", arn, "--tags", "Key=a,Value=b")
            let tags = try await cli(walk, service, "list-tags-for-resource", "--resource-arn", arn)
            #expect(tags["Tags"][0]["Key"] == "a")
            let listed = try await cli(walk, service, "list-connections", "--host-arn-filter", hostARN)
            #expect(listed["Connections"].items.count == 1)
            #expect(listed["Connections"][0]["ConnectionStatus"] == "PENDING")
            _ = try await cli(walk, service, "delete-connection", "--connection-arn", arn)
            _ = try await cli(walk, service, "delete-host", "--host-arn", hostARN)
            let absent = try await walk.aws.run(service, "get-connection", "--connection-arn", arn)
            #expect(absent.stderr.contains("(ResourceNotFoundException)"))
        }
        for operation in ["ListConnections", "ListHosts"] {
            _ = try await walk.sdk(operation, service: "codeconnections")
        }
    }
}
